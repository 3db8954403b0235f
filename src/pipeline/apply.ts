import type { ApplyResult, Cut, Entry, RollbackResult } from "../apply/index.ts";
import { checkApprovals, type Approval, checkSoak } from "../apply/index.ts";
import type { TargetConfig } from "../config.ts";
import { ToolError } from "../errors.ts";
import { planHash } from "../plan/index.ts";
import type { Plan } from "../plan/index.ts";
import { applyToDatabase, historyOfDatabase, rollbackDatabase, type DatabaseOptions } from "./apply-database.ts";
import type { RollbackWay } from "./apply-database.ts";
import { openToLook } from "./connections.ts";
import { planFacts, type Gate } from "../watch/index.ts";
import { recordApplied, recordRolledBack } from "./record-applied.ts";
import { gateOfTarget, sampleBefore, watchTarget } from "./watch.ts";
import { targetOf, urlOf, type OnTarget } from "./target.ts";

/** The options of applying a plan to a target. */
export interface ApplyOptions {
  plan: Plan;
  /** the division into transactions */
  cut: Cut;
  /** run every statement, then roll back */
  dryRun: boolean;
  /** another tool has run the migration: check that it is in force, and write it into the journal */
  adopt: boolean;
  /** all approvals of the project; those of another plan do not count */
  approvals: readonly Approval[];
  /** the plan's file in the migrations folder */
  migration: string;
}

/** A rollback by the journal, or by the plan's down file. */
export type RollbackOptions = RollbackWay & {
  dryRun: boolean;
  /** the file of the project's plan in the migrations folder, if there is one */
  migration: string | null;
};

/**
 * Apply a plan to a target of the config. Throws ToolError: (not-proven) the target requires more approvals, or the
 * plan has not been in force on another target for as long as the config requires, or the gate of that target has not
 * passed; (environment) a check on the server
 * failed, or a statement did.
 */
export async function applyToTarget(on: OnTarget, options: ApplyOptions): Promise<ApplyResult> {
  const target = targetOf(on.config, on.target);
  const hash = planHash(options.plan);
  // a dry run needs no approval
  const wanted = options.dryRun ? 0 : target.requireApprovals;
  const approvals = checkApprovals(options.approvals, hash, wanted, on.target);
  const url = await urlOf(on.target, target, on.projectDir);
  const notAsked = gateNotAsked(on, options);
  if (target.after && !options.dryRun && !options.adopt) {
    const other = target.after.target;
    const otherUrl = await urlOf(other, targetOf(on.config, other), on.projectDir);
    const db = await openToLook(otherUrl, "rlsmith apply");
    try {
      await checkSoak(db, other, hash, target.after.hours);
    } finally {
      await db.close();
    }
    if (notAsked === null) refuseUnpassed(await gateOfTarget(watchTarget({ ...on, target: other }, options.plan)), on);
  }
  const { cut, dryRun, adopt, migration } = options;
  let noSample: string | null = null;
  const result = await applyToDatabase(url, options.plan, {
    ...onDatabase(on, target),
    cut,
    dryRun,
    adopt,
    approvals,
    migration,
    beforeFirstLock: async () => {
      on.talk.stage("taking a sample before the change, with which `rlsmith watch` compares");
      noSample = await sampleBefore(watchTarget(on, options.plan), url);
    },
  });
  if (notAsked !== null)
    result.notes.push(`the gate of \`${target.after?.target}\` was not asked, and only the time counted: ${notAsked}`);
  if (noSample !== null)
    result.notes.push(
      `no sample was taken before the change, so \`rlsmith gate\` may have nothing to compare with: ${noSample}`,
    );
  const untold = dryRun ? null : await recordApplied(url, hash);
  if (untold !== null)
    result.notes.push(
      `the recorder was not told the time of the change, so the age of tokens stays unknown: ${untold}`,
    );
  return result;
}

/**
 * Why the gate of the target that comes first is not asked, by the config or since the plan changes no access that a gate
 * could judge; null: it is asked, or no target comes first.
 */
export function gateNotAsked(
  on: OnTarget,
  { plan, dryRun, adopt }: Omit<ApplyOptions, "approvals" | "cut" | "migration">,
): string | null {
  const { after } = targetOf(on.config, on.target);
  if (after === undefined || dryRun || adopt) return null;
  if (!after.gate) return after.reason ?? "`gate: false`";
  return planFacts(plan).touched.length === 0 ? "the plan changes no policy, so there is no access to judge" : null;
}

function refuseUnpassed({ outcome, target, judgements, samples }: Gate, { target: next }: OnTarget): void {
  if (outcome === "passed") return;
  throw new ToolError(
    "not-proven",
    "GATE_NOT_PASSED",
    `the gate of \`${target}\`, where the plan has to be in force first, has ${outcome === "failed" ? "failed" : "not passed yet"}:`,
    samples.after === 0
      ? `take samples there: rlsmith watch --target ${target}; then ask the gate: rlsmith gate --target ${target}`
      : outcome === "failed"
        ? `see what failed: rlsmith gate --target ${target}; to take the plan back there: rlsmith rollback --target ${target}`
        : `see what is missing: rlsmith gate --target ${target}; watch on: rlsmith watch --target ${target}; then apply to ${next} again`,
    {
      list: judgements.flatMap(({ criterion, state, waived }) =>
        state === "passed" || waived !== null ? [] : [`${criterion}: ${state}`],
      ),
    },
  );
}

/**
 * Take back the plan that is in force on a target of the config. Throws ToolError (environment), as `rollbackDatabase`
 * does.
 */
export async function rollbackOnTarget(on: OnTarget, options: RollbackOptions): Promise<RollbackResult> {
  const target = targetOf(on.config, on.target);
  const url = await urlOf(on.target, target, on.projectDir);
  const { dryRun, migration } = options;
  const result = await rollbackDatabase(url, options, { ...onDatabase(on, target), dryRun, migration });
  const untold = dryRun || result.outcome !== "taken back" ? null : await recordRolledBack(url);
  if (untold !== null)
    result.notes.push(
      `the recorder was not told of the rollback, and takes the time of the plan for its own: ${untold}`,
    );
  return result;
}

/** The journal of a target, oldest first. Only reads. Throws ToolError (environment). */
export async function historyOf({ projectDir, config, target }: Omit<OnTarget, "talk" | "person">): Promise<Entry[]> {
  const url = await urlOf(target, targetOf(config, target), projectDir);
  return historyOfDatabase(url, target);
}

const onDatabase = ({ target: name, config, person, talk }: OnTarget, target: TargetConfig): DatabaseOptions => ({
  name,
  config,
  person,
  talk,
  limits: {
    lockTimeout: target.lockTimeoutMs,
    statementTimeout: target.statementTimeoutMs,
    giveUpAfter: target.giveUpAfterSeconds * 1000,
  },
});
