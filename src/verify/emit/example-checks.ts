import type { Targets, TestEnvironment } from "../environment/index.ts";
import { runAttempts } from "../matrix/index.ts";
import type { Example } from "../run/index.ts";
import { checkOfExample, isByOtherColumns, unlikeOf } from "./examples.ts";
import type { IsolationCheck } from "./isolation-tests.ts";
import { shownKeys, shownValues } from "./values.ts";

/** True if what crosses may be a value in the output or in an error. */
const showsValues = ({ attempt, judged: { outcome } }: Example): boolean =>
  attempt.judge.kind === "foreign" &&
  (attempt.answer !== "keys" || isByOtherColumns(attempt) || (outcome.kind === "allowed" && outcome.evidence !== null));

/** A test of each breach, with the values that it shows: its statement runs once more for them. */
export async function exampleChecks(
  environment: TestEnvironment,
  examples: readonly Example[],
  targets: Targets,
  facts: Parameters<typeof shownValues>[3],
  fixtures: TestEnvironment["fixtures"],
): Promise<IsolationCheck[]> {
  const checks: IsolationCheck[] = [];
  for (const example of examples) {
    const { actor, attempt, standing } = example;
    let shown: string[] = [];
    if (showsValues(example)) {
      const batch = {
        role: actor.role,
        claims: actor.claims,
        setup: actor.setup,
        prelude: standing?.prelude ?? [],
        preludeWrites: standing?.opened.kind === "function",
        attempts: [{ ...attempt, probe: null }],
      };
      const [answer] = await environment.transaction(async () => runAttempts(environment.db, batch, new Map()));
      if (answer)
        shown = isByOtherColumns(attempt)
          ? shownKeys(attempt, answer)
          : shownValues(attempt, actor.tenant, answer, facts, fixtures);
      // a value that is another in each run is better than none: without one the test would pass while it is open
      const { outcome } = example.judged;
      const seen = outcome.kind === "allowed" && unlikeOf(example) === null ? outcome.evidence : null;
      if (shown.length === 0 && seen !== null) shown = [seen];
    }
    checks.push(checkOfExample(example, targets, shown));
  }
  return checks;
}
