import type { Check } from "../check.ts";
import type { GuardContext } from "../context.ts";
import { classOf, patternOf } from "../pattern.ts";
import type { Word } from "./syntax.ts";

/** `text ~ /…/`, `text !~ "…"`, and a bare `/…/` or `!/…/`. */
const TEST = /(!~|~|(?<=^|&&|\|\||\(|\{|;)\s*!?\s*)\s*\/((?:\\.|\[(?:\\.|[^\]])*\]|[^/\n\\])+)\//g;

/** Calls that take a pattern and decide nothing. */
const CHANGES = /(?:match|g?sub|split|gensub)\s*\([^)]*\)/g;

/**
 * The checks of an awk program: lines with conditions that print or fail. Conditions that go on to the next record choose
 * what is looked at.
 */
export function awkChecks(program: Word, { names, forms }: Pick<GuardContext, "names" | "forms">): Check[] {
  const chosen: Check["conditions"][number][] = [];
  return program.value.split("\n").flatMap((line): Check[] => {
    const code = line.replace(/(?<![\\/])#.*$/, "");
    const found = [...code.replaceAll(CHANGES, (one) => " ".repeat(one.length)).matchAll(TEST)];
    if (found.length === 0) return [];
    const action = code.slice((found.at(-1)?.index ?? 0) + (found.at(-1)?.[0].length ?? 0));
    const conditions = found.map(([, operator = "", source = ""]) => {
      const pattern = patternOf(source, "extended", "i");
      return { pattern, class: classOf(pattern, names, forms), present: !operator.includes("!") };
    });
    const isSelector = /\bnext\b/.test(action) && !/\bprint|\bexit\s+[1-9]/.test(action);
    if (isSelector && conditions.every((one) => one.class === "selector" || one.class === "other")) {
      // what follows sees the other records alone
      const [only] = conditions;
      if (only?.class === "selector" && conditions.length === 1) chosen.push({ ...only, present: !only.present });
      return [];
    }
    return [
      {
        at: program.start,
        conditions: [...chosen, ...conditions],
        certain: !isSelector && !code.includes("||") && /\bprint|\bexit\s+[1-9]|\w+\s*(?:\+\+|=\s*1)/.test(action),
        scope: "statement",
      },
    ];
  });
}
