import type { Touched } from "../denial.ts";
import type { StatementCount } from "../sample.ts";
import { concernedBy } from "./concerned.ts";
import type { SeenOfKind } from "./seen.ts";

/** The counts of each statement that row security of some relation in it concerns. */
export function concerned(seen: SeenOfKind): Map<string, StatementCount> {
  const isConcerned = concernedBy(seen);
  return new Map(
    [...seen.statements].filter(([, { relations, role }]) => relations.some((one) => isConcerned(one, role))),
  );
}

/** `relation command` → calls, of whatever statement that does it, by roles that the relation's row security concerns. */
export function callsByTouched(seen: SeenOfKind): Map<string, number> {
  const calls = new Map<string, number>();
  const isConcerned = concernedBy(seen);
  for (const one of seen.statements.values())
    for (const touched of one.touched) {
      if (!isConcerned(touched.relation, one.role)) continue;
      const key = touchedKey(touched);
      calls.set(key, (calls.get(key) ?? 0) + one.calls);
    }
  return calls;
}

export const touchedKey = ({ relation, command }: Touched): string => `${relation} ${command}`;
