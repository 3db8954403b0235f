import { inForce } from "../apply/index.ts";
import { ToolError } from "../errors.ts";
import { migrationOf, planHash } from "../plan/index.ts";
import { readServer, type CriterionName } from "../watch/index.ts";
import { historyOf, rollbackOnTarget } from "./apply.ts";
import { openToLook } from "./connections.ts";
import { targetOf, urlOf } from "./target.ts";
import type { TakenBack } from "./taken-back.ts";
import type { Taken, WatchTarget } from "./watch.ts";

/**
 * Check that the plan is the last one in force on the target, by its journal. Throws ToolError (usage) if it is not, and
 * (environment) if the journal cannot be read.
 */
export async function requireInForce({ on, plan }: WatchTarget): Promise<void> {
  const last = inForce(await historyOf(on)).at(-1);
  if (last?.planHash === planHash(plan)) return;
  throw new ToolError(
    "usage",
    "NOT_IN_FORCE",
    `${last === undefined ? "no plan is" : "another plan is the last"} in force on \`${on.target}\` by its journal, and --on-fail takes back this one alone`,
    "apply the plan with rlsmith first, or watch without --on-fail",
  );
}

/** The criteria among these that have failed. One that cannot be told, or is waived, is none. */
export const failedOf = ({ gate }: Taken, criteria: readonly CriterionName[]): CriterionName[] =>
  gate.judgements.flatMap(({ criterion, state, waived }) =>
    state === "failed" && waived === null && criteria.includes(criterion) ? [criterion] : [],
  );

/**
 * Take the plan back by the journal, and say how long it took. `clean`: the time of the last sample at which none of
 * these had failed. Changes that were made since are never overwritten. Throws ToolError as `requireInForce` and
 * `rollbackOnTarget` do.
 */
export async function takeBack(
  watch: WatchTarget,
  taken: Taken,
  failed: readonly CriterionName[],
  clean: string | null,
): Promise<TakenBack> {
  const { on } = watch;
  await requireInForce(watch);
  const migration = migrationOf(on.projectDir);
  const { undone } = await rollbackOnTarget(on, { by: "journal", to: null, force: null, dryRun: false, migration });
  const first = firstStatement(taken, failed);
  const since =
    first !== null
      ? { at: first, what: "statement" as const }
      : clean !== null
        ? { at: clean, what: "sample" as const }
        : null;
  const ended = await serverTime(watch);
  const seconds = since === null ? null : Math.round((Date.parse(ended) - Date.parse(since.at)) / 100) / 10;
  return { criteria: [...failed], entries: undone.map(({ id }) => id), since, seconds };
}

/** The first statement that has failed, by the log, if a criterion of the log is the only one. */
function firstStatement({ gate }: Taken, failed: readonly CriterionName[]): string | null {
  if (failed.some((one) => one !== "denials")) return null;
  const times = gate.judgements.flatMap(({ criterion, causes }) =>
    criterion === "denials" ? causes.map((cause) => (cause.cause === "denial" ? cause.first : null)) : [],
  );
  const known = times.filter((one) => one !== null);
  return known.length < times.length ? null : (known.toSorted()[0] ?? null);
}

async function serverTime({ on }: WatchTarget): Promise<string> {
  const db = await openToLook(await urlOf(on.target, targetOf(on.config, on.target), on.projectDir), "rlsmith watch");
  try {
    return (await readServer(db)).at;
  } finally {
    await db.close();
  }
}
