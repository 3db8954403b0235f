import { basename } from "node:path";
import { applyPlan, type ApplyResult } from "../apply/apply.ts";
import { checkApprovals, type Approval } from "../apply/approvals.ts";
import type { Cut } from "../apply/groups.ts";
import { readJournal, type Entry } from "../apply/journal.ts";
import { rollbackRun, type RollbackResult } from "../apply/rollback.ts";
import { refusedByServer } from "../apply/refused.ts";
import { rollbackByFile } from "../apply/rollback-file.ts";
import { checkDownFile } from "../apply/down-file.ts";
import { repairNote } from "../apply/supabase-history.ts";
import { checkStayed } from "../apply/stayed.ts";
import type { TransitionLimits } from "../apply/transition.ts";
import type { Config, TargetConfig } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { inspect } from "../inspect/inspect.ts";
import { planHash } from "../plan/plan-hash.ts";
import type { Plan } from "../plan/plan.ts";
import { prepareLook } from "../verify/look.ts";
import { VERSION } from "../version.ts";
import { knownOf } from "./known.ts";
import { connectionsTo, openToLook, targetOf, urlOf, type OnTarget } from "./target.ts";

export interface ApplyOptions {
  plan: Plan;
  cut: Cut;
  dryRun: boolean;
  adopt: boolean;
  /** all that were given; those of another plan do not count */
  approvals: readonly Approval[];
  /** the plan's file in the migrations folder */
  migration: string;
}

/** Back by the journal, or by the plan's down file. */
export type RollbackOptions = {
  dryRun: boolean;
  /** of the project's plan, where there is one */ migration: string | null;
} & ({ by: "journal"; to: number | null; force: string | null } | { by: "file"; plan: Plan; text: string });

/**
 * Apply a plan to a target of the config. Throws ToolError: (not-proven) the target wants more approvals, or the plan has not been in force on
 * another target for as long as the config wants; (environment) something speaks against it on the server, or was in the way.
 */
export async function applyToTarget(on: OnTarget, options: ApplyOptions): Promise<ApplyResult> {
  const target = targetOf(on.config, on.target);
  const hash = planHash(options.plan);
  // a trial needs nobody's approval
  const wanted = options.dryRun ? 0 : target.requireApprovals;
  const approvals = checkApprovals(options.approvals, hash, wanted, on.target);
  const url = await urlOf(on.target, target, on.projectDir);
  if (target.after && !options.dryRun && !options.adopt) {
    const other = target.after.target;
    const otherUrl = await urlOf(other, targetOf(on.config, other), on.projectDir);
    const db = await openToLook(otherUrl, "rlsmith apply");
    try {
      await checkStayed(db, other, hash, target.after.hours);
    } finally {
      await db.close();
    }
  }
  const result = await toldByServer(on.target, async () =>
    applyPlan(
      connectionsTo(url, "rlsmith apply", limitsOf(target), on.talk.waiting),
      {
        ...options,
        planHash: hash,
        target: on.target,
        limits: limitsOf(target),
        person: on.person,
        rlsmith: VERSION,
        approvals: approvals.map(({ as, email, at }) => ({ as, email, at })),
      },
      async (db, relations) => prepareLook(db, knownOf(await inspect(db), on.config), verifyOf(on.config), relations),
      on.talk,
    ),
  );
  if (!options.dryRun) result.notes.push(...(await repairNotes(url, options.migration, "applied")));
  return result;
}

/** What the list of Supabase's CLI has to be told. The work is done: nothing here may fail it. */
async function repairNotes(url: string, migration: string | null, is: "applied" | "reverted"): Promise<string[]> {
  const version = migration === null ? null : (/^\d{14}/.exec(basename(migration))?.[0] ?? null);
  if (version === null) return [];
  try {
    const db = await openServer(url, { applicationName: "rlsmith" });
    try {
      return [await readOnly(db, async () => repairNote(db, version, is))].filter((note) => note !== null);
    } finally {
      await db.close();
    }
  } catch {
    return [];
  }
}

/** Take back what is in force on a target of the config. */
export async function rollbackOnTarget(on: OnTarget, options: RollbackOptions): Promise<RollbackResult> {
  if (options.by === "file") checkDownFile(options.text, options.plan);
  const target = targetOf(on.config, on.target);
  const url = await urlOf(on.target, target, on.projectDir);
  const connections = connectionsTo(url, "rlsmith rollback", limitsOf(target), on.talk.waiting);
  const base = { target: on.target, limits: limitsOf(target), person: on.person, rlsmith: VERSION };
  const result = await toldByServer(on.target, async () =>
    options.by === "file"
      ? rollbackByFile(connections, { ...base, ...options, planHash: planHash(options.plan) }, on.talk)
      : rollbackRun(connections, { ...base, ...options }, on.talk),
  );
  if (!options.dryRun && result.groups.length > 0)
    result.notes.push(...(await repairNotes(url, options.migration, "reverted")));
  return result;
}

/** The journal of a target, oldest first. Only reads. */
export async function historyOf({ projectDir, config, target }: Omit<OnTarget, "talk" | "person">): Promise<Entry[]> {
  const url = await urlOf(target, targetOf(config, target), projectDir);
  const db = await openServer(url, { applicationName: "rlsmith history" });
  try {
    return await toldByServer(target, async () => readOnly(db, async () => readJournal(db)));
  } finally {
    await db.close();
  }
}

/** An error of the server's is no fault of rlsmith's. */
async function toldByServer<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw refusedByServer(error, target);
  }
}

async function readOnly<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await db.exec("begin read only");
  try {
    return await work();
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}

const limitsOf = ({ lockTimeoutMs, statementTimeoutMs, giveUpAfterSeconds }: TargetConfig): TransitionLimits => ({
  lockTimeout: lockTimeoutMs,
  statementTimeout: statementTimeoutMs,
  giveUpAfter: giveUpAfterSeconds * 1000,
});

const verifyOf = (config: Config | null): Config["verify"] =>
  config?.verify ?? { tenant: {}, shared: {}, expected: [] };
