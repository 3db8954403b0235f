import type { Check } from "./check.ts";
import { matches } from "./pattern.ts";

/** A migration that is planned. */
export interface PlannedText {
  name: string;
  text: string;
}

/** A check that refuses a planned migration. */
export interface Refusal {
  migration: string;
  /** in the migration, from 1 */
  line: number;
  /** the statement or line that is refused; empty: the file as a whole, for something that it does not hold */
  what: string;
  check: Check;
}

/** The first place of each migration that a check refuses. `region`: the text of the guard around the check. */
export function refusalsOf(check: Check, region: string, migrations: readonly PlannedText[]): Refusal[] {
  if (!check.certain || check.conditions.length === 0) return [];
  if (check.conditions.some((one) => one.class === "other" || one.class === "unknown")) return [];
  const told = check.conditions.some(
    (one) => one.class === "retired" || one.class === "drop" || one.class === "claims",
  );
  // without a pattern that has to be found, only what the guard looks at says that it looks at migrations
  if (!told || !/\.sql\b|migrations?\b|\bpolicy\b|\bpolicies\b/i.test(region)) return [];
  return migrations.flatMap(({ name, text }): Refusal[] => {
    for (const { at, part } of partsOf(text, check.scope)) {
      const isRefused = check.conditions.every(({ pattern, present }) => matches(pattern, part) === present);
      if (isRefused)
        return [
          {
            migration: name,
            line: text.slice(0, at).split("\n").length,
            what: check.scope === "file" ? "" : (part.trim().split("\n")[0] ?? ""),
            check,
          },
        ];
    }
    return [];
  });
}

function partsOf(text: string, scope: Check["scope"]): { at: number; part: string }[] {
  if (scope === "file") return [{ at: 0, part: text }];
  const mark = scope === "line" ? "\n" : ";";
  // comments are blanked out, as scanners do, at the same offsets
  const plain = scope === "line" ? text : text.replaceAll(/--[^\n]*/g, (found) => " ".repeat(found.length));
  let at = 0;
  return plain.split(mark).map((one) => {
    const start = at + (/^\s*/.exec(one)?.[0].length ?? 0);
    at += one.length + 1;
    return { at: start, part: scope === "line" ? one : one.replaceAll(/\s+/g, " ") };
  });
}
