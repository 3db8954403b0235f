import type { Touched } from "../denial.ts";
import type { Sample, StatementCount } from "../sample.ts";
import { concernedBy } from "./concerned.ts";
import { readingsOf } from "./criterion.ts";

/** The counts of each statement of each role, summed over samples. */
export function summed(samples: readonly Sample[]): Map<string, StatementCount> {
  const sums = new Map<string, StatementCount>();
  for (const one of readingsOf(samples, "statements").flatMap(({ statements }) => statements)) {
    const key = statementKey(one);
    const before = sums.get(key);
    sums.set(
      key,
      before
        ? {
            ...one,
            calls: before.calls + one.calls,
            rows: before.rows + one.rows,
            time: before.time + one.time,
            blocks: before.blocks + one.blocks,
          }
        : one,
    );
  }
  return sums;
}

/** The query identifier stays the same when policies change: it is computed before they are added. */
const statementKey = ({ role, queryId }: StatementCount): string => `${role} ${queryId}`;

/** The counts of each statement that row security of some relation in it concerns. */
export function concerned(samples: readonly Sample[]): Map<string, StatementCount> {
  const isConcerned = concernedBy(samples);
  return new Map(
    [...summed(samples)].filter(([, { relations, role }]) => relations.some((one) => isConcerned(one, role))),
  );
}

/** `relation command` → calls, of whatever statement that does it, by roles that the relation's row security concerns. */
export function callsByTouched(samples: readonly Sample[]): Map<string, number> {
  const calls = new Map<string, number>();
  const isConcerned = concernedBy(samples);
  for (const one of summed(samples).values())
    for (const touched of one.touched) {
      if (!isConcerned(touched.relation, one.role)) continue;
      const key = touchedKey(touched);
      calls.set(key, (calls.get(key) ?? 0) + one.calls);
    }
  return calls;
}

export const touchedKey = ({ relation, command }: Touched): string => `${relation} ${command}`;
