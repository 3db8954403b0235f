import { arrivalStatements } from "../../request/index.ts";
import type { TestEnvironment } from "../environment/index.ts";
import type { Attempt, Door } from "../matrix/index.ts";
import type { Actor } from "../personas/index.ts";
import type { Judged } from "./judge.ts";
import { rowsInPlace } from "./rows-in-place.ts";
import { seenBy } from "./seen.ts";

/**
 * Statements to paste into psql as they are, as a login that may become the role and that row security does not hold
 * for: the rows that the attack needs, the persona, the attack with what is seen and what should be seen, and the rows
 * of the other tenant that it has changed. Of an oracle both halves. They end with a rollback.
 */
export function reproduce(
  environment: TestEnvironment,
  attempt: Attempt,
  actor: Actor,
  { judged, door }: { judged: Judged; door: Door },
  prelude: readonly string[],
): string[] {
  const arrival = arrivalStatements({ ...actor, setup: [...actor.setup, ...(attempt.setup ?? [])] });
  const texts = [attempt.sql, attempt.otherHalf ?? "", ...arrival, ...prelude];
  const { other, attack } = seenBy(attempt, judged, door);
  return [
    "begin",
    ...rowsInPlace(environment, attempt, texts, judged.relations),
    ...arrival,
    ...prelude,
    ...(attempt.otherHalf === undefined
      ? []
      : ["savepoint other_half", `${other}\n${attempt.otherHalf}`, "rollback to savepoint other_half"]),
    `${attack}\n${attempt.sql}`,
    ...changed(environment, attempt, judged),
    "rollback",
  ].map((statement) => `${statement};`);
}

/** The rows of the other tenant after a statement that changes rows, as the login sees them. */
function changed({ targets }: TestEnvironment, { answer, judge }: Attempt, { relations, wrote }: Judged): string[] {
  const written = wrote === undefined ? undefined : targets.get(wrote);
  if (written)
    return [
      "reset role",
      `-- the rows of the own tenant now\nselect t.* from ${written.sql} t where ${written.own} limit 20`,
    ];
  const target = relations.map((name) => targets.get(name)).find((one) => one !== undefined && one.foreign !== null);
  if (answer !== "changes" || judge.kind !== "foreign" || !target) return [];
  return [
    "reset role",
    `-- the rows of the other tenant now\nselect t.* from ${target.sql} t where ${target.foreign} limit 5`,
  ];
}
