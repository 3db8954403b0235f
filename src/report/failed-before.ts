import type { AssumedVerdict } from "../prove/index.ts";

/**
 * A line about access predicates for which every statement raised an error before and that may allow rows now; nothing
 * where there are none. Their verdicts compare with what the policies were meant to say, not with that error.
 */
export function failedBefore(verdicts: readonly AssumedVerdict[]): string[] {
  const failed = verdicts.filter(({ opensErrors }) => opensErrors === "every statement");
  const count = new Set(
    failed.map(({ relation, component, role }) => JSON.stringify([relation.schema, relation.name, component, role])),
  ).size;
  if (count === 0) return [];
  return [
    count === 1
      ? "for 1 access predicate every statement raised an error before, and rows may be allowed now: it is compared with what its policies were meant to say"
      : `for ${count} access predicates every statement raised an error before, and rows may be allowed now: they are compared with what their policies were meant to say`,
  ];
}
