import { basename } from "node:path";
import {
  applyPlan,
  type ApplyResult,
  checkDownFile,
  readJournal,
  type Entry,
  refusedByServer,
  rollbackByFile,
  rollbackRun,
  type RollbackResult,
  repairNote,
} from "../apply/index.ts";
import type { Approval, Cut, Connections, Talk, TransitionLimits } from "../apply/index.ts";
import { parseConfig, type Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import { openServer } from "../db/server.ts";
import { inspect } from "../inspect/index.ts";
import { planHash } from "../plan/index.ts";
import type { Plan } from "../plan/index.ts";
import { preparePreCommitCheck } from "../verify/index.ts";
import { VERSION } from "../version.ts";
import { connectionsTo } from "./connections.ts";
import { knownOf } from "./known.ts";

/** Callbacks by which a run on a database reports its progress. */
export type TargetTalk = Talk & {
  /** called when another rlsmith is connected and this one waits for it */
  waiting(): void;
};

/** Reports nothing. */
export const SILENT_TALK: TargetTalk = {
  waiting: () => {},
  stage: () => {},
  locks: () => {},
  tried: () => {},
  done: () => {},
};

/** The options of a run on a database. */
export interface DatabaseOptions {
  /** the name of the database in messages and in the journal; default `database` */
  name?: string;
  /** its `verify` declares access that is no objection to the result; default: no config */
  config?: Config | null;
  /** the person who runs it, for the journal: `Name <mail>`; default: none */
  person?: string | null;
  /** in milliseconds; default: 2 s for an attempt to acquire locks and 120 s for all, 30 s for a statement */
  limits?: TransitionLimits;
  /** run every statement, then roll back */
  dryRun?: boolean;
  talk?: TargetTalk;
}

/** The options of applying a plan to a database. */
export interface ApplyDatabaseOptions extends DatabaseOptions {
  /** the division into transactions; default: one for the whole plan */
  cut?: Cut;
  /** another tool has run the migration: check that it is in force, and write it into the journal */
  adopt?: boolean;
  /** for the journal; the caller checks that there are enough (`applyToTarget` does) */
  approvals?: readonly Approval[];
  /** the plan's up file, where Supabase's CLI keeps a list of such files; default: none */
  migration?: string | null;
  /**
   * called once before the first lock, where no part of the plan is in force (`applyToTarget` takes a sample for
   * `watch`); it must not throw. Default: nothing, since the samples of a database are those of a target of the config
   */
  beforeFirstLock?: () => Promise<void>;
}

/** The changes that a rollback undoes: entries of the journal, or a plan by its down file. */
export type RollbackWay =
  /**
   * `to`: the last entry that stays, 0 for none, null for the last plan; `force`: the reason why later changes may be
   * lost
   */
  { by: "journal"; to: number | null; force: string | null } | { by: "file"; plan: Plan; text: string };

const LIMITS: TransitionLimits = { lockTimeout: 2000, statementTimeout: 30_000, giveUpAfter: 120_000 };

const NO_SAMPLE =
  "no sample is taken before the change: samples are kept for a target of the config, and this database is known by its URL alone";

/**
 * Apply a plan to the database behind a URL: the present state is compared with the state before the plan and the state
 * after it, locks are acquired with a time limit, the result is verified before COMMIT, and the journal
 * (`rlsmith.history`) is written in the same transaction.
 *
 * The function takes a URL, not a connection: when a connection is lost during COMMIT, a new one reads the outcome from
 * the journal. Throws ToolError (environment): the database is not in the state that the plan was made for, a privilege
 * is missing, the locks could not be acquired, the result opens a row, or there is no connection. Groups that were
 * committed before stay, and the same call goes on with the remaining groups.
 *
 * @example
 * ```ts
 * import { apply, readPlan } from "rlsmith";
 *
 * const { plan } = readPlan("path/to/project");
 * const url = process.env["STAGING_URL"] ?? "";
 * const { locks } = (await apply(url, plan, { dryRun: true })).groups[0] ?? { locks: [] };
 * for (const { relation, held } of locks) console.log(`${relation} would be locked for ${held} ms`);
 * await apply(url, plan, { name: "staging", person: "Security Lead <lead@example.com>" });
 * ```
 */
export async function applyToDatabase(
  url: string,
  plan: Plan,
  options: ApplyDatabaseOptions = {},
): Promise<ApplyResult> {
  const { name, config, person, limits, dryRun, talk } = withDefaults(options);
  const { cut = { kind: "all" }, adopt = false, approvals = [], migration = null } = options;
  const { beforeFirstLock = async () => talk.stage(NO_SAMPLE) } = options;
  const { verify } = config ?? parseConfig({}, "no config");
  const result = await toldByServer(name, async () =>
    applyPlan(
      connections(url, "apply", limits, talk),
      {
        target: name,
        plan,
        planHash: planHash(plan),
        cut,
        limits,
        dryRun,
        adopt,
        person,
        rlsmith: VERSION,
        approvals: approvals.map(({ as, email, at }) => ({ as, email, at })),
      },
      async (db, relations) => preparePreCommitCheck(db, knownOf(await inspect(db), config), verify, relations),
      talk,
      beforeFirstLock,
    ),
  );
  if (!dryRun) result.notes.push(...(await repairNotes(url, migration, "applied")));
  return result;
}

/**
 * Take back the changes that were applied to the database behind a URL: by its journal, or, if the journal has no entry
 * for them, by the plan and its down file. Throws ToolError (environment): a policy was changed after the plan was
 * applied, or a check or a statement failed; (usage) the down file is not the plan's, or there is nothing to take back.
 *
 * @example
 * ```ts
 * import { rollback } from "rlsmith";
 *
 * const { undone, left } = await rollback(process.env["STAGING_URL"] ?? "");
 * console.log(`${undone.length} entries were taken back, ${left.length} are still in force`);
 * ```
 */
export async function rollbackDatabase(
  url: string,
  way: RollbackWay = { by: "journal", to: null, force: null },
  options: DatabaseOptions & { migration?: string | null } = {},
): Promise<RollbackResult> {
  if (way.by === "file") checkDownFile(way.text, way.plan);
  const { name, person, limits, dryRun, talk } = withDefaults(options);
  const base = { target: name, limits, dryRun, person, rlsmith: VERSION };
  const target = connections(url, "rollback", limits, talk);
  const result = await toldByServer(name, async () =>
    way.by === "file"
      ? rollbackByFile(target, { ...base, plan: way.plan, planHash: planHash(way.plan) }, talk)
      : rollbackRun(target, { ...base, to: way.to, force: way.force }, talk),
  );
  if (!dryRun && result.groups.length > 0)
    result.notes.push(...(await repairNotes(url, options.migration ?? null, "reverted")));
  return result;
}

/**
 * The journal of the database behind a URL, oldest entry first; empty if no plan was ever applied. Only reads. Throws
 * ToolError (environment): no connection, or the journal may not be read.
 */
export async function historyOfDatabase(url: string, name = "database"): Promise<Entry[]> {
  const db = await openServer(url, { applicationName: "rlsmith history" });
  try {
    return await toldByServer(name, async () => readOnly(db, async () => readJournal(db)));
  } finally {
    await db.close();
  }
}

const withDefaults = (options: DatabaseOptions): Required<DatabaseOptions> => ({
  name: "database",
  config: null,
  person: null,
  limits: LIMITS,
  dryRun: false,
  talk: SILENT_TALK,
  ...options,
});

const connections = (url: string, command: string, limits: TransitionLimits, talk: TargetTalk): Connections =>
  connectionsTo(url, `rlsmith ${command}`, limits, talk.waiting);

/**
 * Notes on the repair of Supabase's own list of migrations. The run has succeeded by now, so an error here is ignored.
 */
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

/** An error of the server becomes a ToolError: it is no fault of rlsmith. */
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
