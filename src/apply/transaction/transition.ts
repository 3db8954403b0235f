import { pgErrorOf, type Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import { writeEntries } from "../journal/index.ts";
import type { RunLine } from "./failure.ts";
import { beginWithLocks, isLockFailure, pause, type HeldLock, type LockLimits, type LockTry } from "./locks.ts";
import type { Trip } from "../trip.ts";
import { differences, readState, sameState, type Scope, type State } from "../state/index.ts";

/** One transaction that brings a scope from one state to another. */
export interface Transition {
  group: string;
  scope: Scope;
  /** the state that is required once the locks are acquired */
  from: State;
  /** the state that is required before COMMIT */
  to: State;
  /** statements for schemas and functions, under the login's search_path */
  shared: readonly string[];
  /** all other statements, under an empty search_path: every name is schema-qualified, except those in pg_catalog */
  statements: readonly string[];
  trip: Trip;
  /** relations that the login owns; the others are locked by the statements themselves */
  lockable: { schema: string; name: string }[];
  /** called before COMMIT: the objections, a line each; has no effect on the transaction */
  objections(db: Db): Promise<string[]>;
  entry: RunLine;
  /** entries of the journal to take back, each with an entry of its own; empty: one entry */
  undoes?: readonly number[];
}

export interface TransitionLimits extends LockLimits {
  /** milliseconds */
  statementTimeout: number;
}

export interface TransitionRun {
  transition: Transition;
  limits: TransitionLimits;
  dryRun: boolean;
}

export interface Transitioned {
  group: string;
  /** ids of the entries in the journal; none in a dry run */
  entries: number[];
  locks: { relation: string; waited: number; held: number }[];
  tries: number;
}

/**
 * Run a transition: locks, a check that the state is still the one that was read, the statements, a check that the
 * state is the required one, the objections, the journal, and COMMIT, or ROLLBACK in a dry run. A relation that the
 * login does not own cannot be locked beforehand: if a statement does not acquire its lock, all locks are released and
 * the transaction is tried again. Throws ToolError (environment) or PostgreSQL's own error; then nothing was changed,
 * except for CommitInDoubt.
 */
export async function runTransition(
  db: Db,
  { transition, limits, dryRun }: TransitionRun,
  onTry: (failed: LockTry) => void,
): Promise<Transitioned> {
  const started = performance.now();
  let tries = 0;
  const failed = (one: LockTry): void => {
    tries += 1;
    onTry({ ...one, tries });
  };
  for (;;) {
    const giveUpAfter = limits.giveUpAfter - (performance.now() - started);
    const locks = await beginWithLocks(db, beginning(limits), transition.lockable, { ...limits, giveUpAfter }, failed);
    let committing = false;
    try {
      const { held, lines } = await changed(db, transition, locks);
      committing = !dryRun;
      await db.exec(dryRun ? "rollback" : "commit");
      return { group: transition.group, entries: dryRun ? [] : lines, locks: held, tries: tries + 1 };
    } catch (error) {
      // a server that refuses the COMMIT (a deferred trigger) has rolled back, and reports that
      if (committing && !isRefusal(error)) throw new CommitInDoubt(error);
      // the connection may be lost; the first error is the one to report
      await db.exec("rollback").catch(() => {});
      if (!isLockFailure(error) || giveUpAfter <= 0) throw error;
      failed({ tries, holders: [] });
      await pause(tries);
    }
  }
}

/**
 * True if the server refused the statement and goes on. A server that goes away (class 57P, 08) does not report whether
 * it committed.
 */
const isRefusal = (error: unknown): boolean => {
  const sqlstate = pgErrorOf(error)?.sqlstate;
  return sqlstate !== undefined && !/^(57P|08)/.test(sqlstate);
};

const beginning = ({ statementTimeout }: TransitionLimits): string =>
  [
    "begin",
    `set local statement_timeout = ${statementTimeout}`,
    // a client that disconnects silently must not keep its locks
    "set local idle_in_transaction_session_timeout = '10s'",
  ].join("; ");

async function changed(
  db: Db,
  transition: Transition,
  locks: readonly HeldLock[],
): Promise<{ held: Transitioned["locks"]; lines: number[] }> {
  const now = await readState(db, transition.scope);
  if (!sameState(now, transition.from))
    throw new ToolError(
      "environment",
      "CHANGED_MEANWHILE",
      `\`${transition.group}\` was changed while rlsmith prepared the run:`,
      "nothing was changed; check these changes, and run the same command again",
      { list: differences(transition.from, now) },
    );
  await execute(db, transition);
  const after = await readState(db, transition.scope);
  if (!sameState(after, transition.to))
    throw new ToolError(
      "environment",
      "NOT_AS_PLANNED",
      `\`${transition.group}\` is not in the planned state after its statements:`,
      "nothing was changed; the target may change objects in reaction to DDL (an event trigger?), or this is a bug in rlsmith",
      { list: differences(transition.to, after) },
    );
  const objections = await transition.objections(db);
  if (objections.length > 0)
    throw new ToolError(
      "environment",
      "OBJECTION",
      `\`${transition.group}\` was not committed:`,
      "nothing was changed; `rlsmith verify --db` reports all breaches",
      { list: objections },
    );
  const [clock] = await db.query<{ now: number }>("select extract(epoch from clock_timestamp())::float8 * 1000 as now");
  const held = locks.map(({ relation, waited, since }) => ({
    relation,
    waited: round(waited),
    held: round((clock?.now ?? since) - since),
  }));
  const line = {
    ...transition.entry,
    group: transition.group,
    outcome: "done" as const,
    before: now,
    after,
    detail: { ...transition.entry.detail, ...(held.length > 0 ? { locks: held } : {}) },
  };
  const undoing = (transition.undoes ?? []).map((undoes) => ({ ...line, undoes }));
  return { held, lines: await writeEntries(db, undoing.length > 0 ? undoing : [line]) };
}

async function execute(db: Db, { shared, statements, trip }: Transition): Promise<void> {
  const empty = [
    "select set_config('rlsmith.path', current_setting('search_path'), true)",
    "set local search_path = ''",
  ];
  const former = "select set_config('search_path', current_setting('rlsmith.path'), true)";
  if (trip === "together") return void (await db.exec([...shared, ...empty, ...statements, former].join(";\n")));
  for (const sql of shared) await db.query(sql);
  await db.exec(empty.join(";\n"));
  for (const sql of statements) await db.query(sql);
  await db.exec(former);
}

/** The connection went while COMMIT was under way: only the journal knows what became of it. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super("the connection was lost while COMMIT was under way", { cause });
  }
}

const round = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
