import type { Check } from "../check.ts";
import type { GuardContext } from "../context.ts";
import { classOf, patternOf } from "../pattern.ts";
import type { Word } from "./parse.ts";

/** `text ~ /…/`, `text !~ "…"`, and a bare `/…/` or `!/…/`. */
const TEST = /(!~|~|(?<=^|&&|\|\||\(|\{|;)\s*!?\s*)\s*\/((?:\\.|\[(?:\\.|[^\]])*\]|[^/\n\\])+)\//g;

/**
 * The checks of an awk program: lines with conditions that print or fail. Conditions that go on to the next record choose
 * what is looked at.
 */
export function awkChecks(program: Word, { names, forms }: Pick<GuardContext, "names" | "forms">): Check[] {
  return program.value.split("\n").flatMap((line): Check[] => {
    const code = line.replace(/(?<![\\/])#.*$/, "");
    const found = [...code.replaceAll(/(?:match|g?sub|split|gensub)\s*\([^)]*\)/g, " ").matchAll(TEST)];
    if (found.length === 0) return [];
    const action = code.slice((found.at(-1)?.index ?? 0) + (found.at(-1)?.[0].length ?? 0));
    const conditions = found.map(([, operator = "", source = ""]) => {
      const pattern = patternOf(source, "extended", "i");
      return { pattern, class: classOf(pattern, names, forms), present: !operator.includes("!") };
    });
    const isSelector = /\bnext\b/.test(action) && !/\bprint|\bexit\s+[1-9]/.test(action);
    if (isSelector && conditions.every((one) => one.class === "selector" || one.class === "other")) return [];
    return [
      {
        at: program.start,
        conditions,
        certain: !isSelector && !code.includes("||") && /\bprint|\bexit\s+[1-9]|\w+\s*(?:\+\+|=\s*1)/.test(action),
        scope: "statement",
      },
    ];
  });
}
