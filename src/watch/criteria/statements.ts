import type { NameKey } from "../../pg/name.ts";
import type { Sample, StatementCount } from "../sample.ts";
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

/** Calls by relation × command. */
export function callsByRelation(samples: readonly Sample[]): Map<NameKey, Map<StatementCount["command"], number>> {
  const calls = new Map<NameKey, Map<StatementCount["command"], number>>();
  for (const one of summed(samples).values())
    for (const relation of one.relations) {
      const commands = calls.get(relation) ?? new Map<StatementCount["command"], number>();
      commands.set(one.command, (commands.get(one.command) ?? 0) + one.calls);
      calls.set(relation, commands);
    }
  return calls;
}
