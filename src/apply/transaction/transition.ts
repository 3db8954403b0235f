import { setTimeout as sleep } from "node:timers/promises";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { openJournal, sendEntries, type Written } from "../journal/index.ts";
import type { RunLine } from "./failure.ts";
import {
  acquireLocks,
  afterFailedAttempt,
  isLockFailure,
  longestPatience,
  isFreeFirst,
  noAttempts,
  patienceOf,
  pause,
  type LockAttempts,
  type LockLimits,
  type LockTry,
} from "./locks.ts";
import type { Trip } from "../trip.ts";
import {
  differences,
  isStatePrepared,
  readStateAgain,
  readVersionedState,
  readVersions,
  sameState,
  type Scope,
  type State,
} from "../state/index.ts";

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
  /** attempts after which TriesSpent is thrown; null: no limit but `giveUpAfter` */
  mostTries: number | null;
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
 * state is the required one, the objections, the journal, and COMMIT, or ROLLBACK in a dry run. While the locks are held
 * there are two round trips: all of it is sent at once and judged afterwards, and then COMMIT is sent. A relation that
 * the login does not own cannot be locked beforehand: if a statement does not acquire its lock, all locks are released
 * and the transaction is tried again. Throws ToolError (environment) or PostgreSQL's own error; then nothing was
 * changed, except for CommitInDoubt. Throws TriesSpent after `mostTries`.
 */
export async function runTransition(
  db: Db,
  { transition, limits, dryRun, mostTries }: TransitionRun,
  onTry: (failed: LockTry) => void,
): Promise<Transitioned> {
  const started = performance.now();
  let compared: Compared | null = null;
  let attempts = noAttempts(transition.lockable);
  for (;;) {
    let committing = false;
    let patience = 0;
    try {
      compared = await beginAndCompare(db, transition, limits, compared);
      patience = patienceOf(attempts, compared.longestPatience);
      const { ids, locks } = await changed(db, transition, compared.versions, {
        order: attempts.order,
        patience,
        freeFirst: isFreeFirst(attempts),
      });
      const judged = performance.now();
      committing = !dryRun;
      await db.exec(dryRun ? "rollback" : "commit");
      // the journal knows the time up to its own statement: the rest is the round trip of the COMMIT
      const last = performance.now() - judged;
      return {
        group: transition.group,
        entries: dryRun ? [] : ids,
        locks: locks.map((lock) => ({ ...lock, held: round(lock.held + last) })),
        tries: attempts.tries + 1,
      };
    } catch (error) {
      // a server that refuses the COMMIT (a deferred trigger) has rolled back, and reports that
      if (committing && !isRefusal(error)) throw new CommitInDoubt(error);
      if (error instanceof ChangedBeforeLock && performance.now() - started < limits.giveUpAfter) {
        compared = null;
        await db.exec("rollback");
        continue;
      }
      if (!isLockFailure(error)) {
        // the connection may be lost; the first error is the one to report
        await db.exec("rollback").catch(() => {});
        throw error;
      }
      const after = await afterFailedAttempt(db, namesOf(transition), attempts, error);
      attempts = after.attempts;
      const failed = { tries: attempts.tries, holders: after.holders };
      onTry(failed);
      const took = performance.now() - started;
      if (took > limits.giveUpAfter) throw notHad(transition, failed, took, error);
      if (mostTries !== null && attempts.tries >= mostTries) throw new TriesSpent(attempts.order);
      await pause(patience);
    }
  }
}

/** The relations whose locks are acquired, by the transaction itself or by its statements. */
const namesOf = ({ lockable, scope }: Transition): Transition["lockable"] => [
  ...lockable,
  ...scope.relations.filter(({ schema, name }) => !lockable.some((one) => one.schema === schema && one.name === name)),
];

function notHad({ entry, scope }: Transition, { tries, holders }: LockTry, took: number, cause: unknown): ToolError {
  const isDivisible = entry.kind === "apply" && scope.relations.length > 1;
  return new ToolError(
    "environment",
    "LOCK_NOT_HAD",
    `the locks could not be acquired in ${Math.round(took / 1000)} s and ${tries} attempts${holders.length > 0 ? `: ${holders.join("; ")}` : ""}`,
    `nothing was changed; run the same command again when those transactions have ended${isDivisible ? ", or with --by auto, which divides the plan into smaller transactions" : ""}`,
    { cause },
  );
}

/** The attempts that were allowed have failed; the relations, those that were waited for in vain first. */
export class TriesSpent extends Error {
  readonly order: LockAttempts["order"];

  constructor(order: LockAttempts["order"]) {
    super("the locks were not acquired in the attempts that were allowed");
    this.order = order;
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

/** Begin the transaction. */
async function begin(db: Db, { statementTimeout }: TransitionLimits): Promise<void> {
  const settings = [
    "begin",
    `set local statement_timeout = ${statementTimeout}`,
    // a client that disconnects silently must not keep its locks
    "set local idle_in_transaction_session_timeout = '10s'",
  ];
  await sentTogether([db.exec(settings.join("; ")), openJournal(db)]);
}

/** What an attempt has read before anything was locked. */
interface Compared {
  /** of all that the scope holds */
  versions: string;
  /** milliseconds */
  longestPatience: number;
}

/**
 * Begin the transaction, and compare the state with the one that was read, before anything is locked. A later attempt
 * on the same backend reads nothing again: the versions tell, once it holds the locks, whether the state is the same.
 * Throws ToolError (environment) if the state is another.
 */
async function beginAndCompare(
  db: Db,
  { group, scope, from }: Transition,
  limits: TransitionLimits,
  before: Compared | null,
): Promise<Compared> {
  const begun = begin(db, limits);
  if (before !== null) {
    const [, isPrepared] = await sentTogether([begun, isStatePrepared(db, scope)]);
    if (isPrepared) return before;
  }
  const read = [begun, longestPatience(db, limits.lockTimeout), readVersionedState(db, scope)] as const;
  const [, longest, { state, versions }] = await sentTogether(read);
  if (!sameState(state, from))
    throw new ToolError(
      "environment",
      "CHANGED_MEANWHILE",
      `\`${group}\` was changed while rlsmith prepared the run:`,
      "nothing was changed; check these changes, and run the same command again",
      { list: differences(from, state) },
    );
  return { versions, longestPatience: longest };
}

/** Something in the scope was changed after the transaction began, and before it held the locks. */
class ChangedBeforeLock extends Error {
  constructor() {
    super("the scope was changed before the locks were acquired");
  }
}

/**
 * Everything from the first lock to the entry in the journal, sent without waiting for answers, and judged in the order
 * in which it was sent. After an error the server refuses the rest until the transaction is rolled back.
 */
async function changed(
  db: Db,
  transition: Transition,
  versions: string,
  { order, patience, freeFirst }: { order: LockAttempts["order"]; patience: number; freeFirst: boolean },
): Promise<Written> {
  const { group, scope, from, to, entry, undoes = [] } = transition;
  const line = { ...entry, group, outcome: "done" as const, before: from, after: to };
  const lines = undoes.length > 0 ? undoes.map((one) => ({ ...line, undoes: one })) : [line];
  const sent = [
    acquireLocks(db, order, patience, freeFirst),
    readVersions(db, scope),
    execute(db, transition),
    // compared while the answers to the rest are awaited
    readStateAgain(db).then((state) => ({ state, isPlanned: sameState(state, to) })),
    transition.objections(db),
    sendEntries(db, lines),
  ] as const;
  const [locked, found, executed, after, objections, written] = await Promise.allSettled(sent);
  if (valueOf(found, locked) !== versions) throw new ChangedBeforeLock();
  const { state, isPlanned } = valueOf(after, executed);
  if (!isPlanned)
    throw new ToolError(
      "environment",
      "NOT_AS_PLANNED",
      `\`${group}\` is not in the planned state after its statements:`,
      "nothing was changed; the target may change objects in reaction to DDL (an event trigger?), or this is a bug in rlsmith",
      { list: differences(to, state) },
    );
  const list = valueOf(objections);
  if (list.length > 0)
    throw new ToolError(
      "environment",
      "OBJECTION",
      `\`${group}\` was not committed:`,
      "nothing was changed; `rlsmith verify --db` reports all breaches",
      { list },
    );
  // a check that took too long ends with an error that it undoes itself, and the entry behind it was refused
  if (written.status === "rejected" && pgErrorOf(written.reason)?.sqlstate === "25P02") return sendEntries(db, lines);
  return valueOf(written);
}

/** The value of what was sent, unless it or something before it has failed. Throws the first error. */
function valueOf<Value>(of: PromiseSettledResult<Value>, ...before: readonly PromiseSettledResult<unknown>[]): Value {
  for (const one of before) if (one.status === "rejected") throw one.reason;
  if (of.status === "rejected") throw of.reason;
  return of.value;
}

/** Send the statements without waiting for answers. Throws the first error. */
async function execute(db: Db, { shared, statements, trip }: Transition): Promise<void> {
  const empty = [
    "select set_config('rlsmith.path', current_setting('search_path'), true)",
    "set local search_path = ''",
  ];
  const former = "select set_config('search_path', current_setting('rlsmith.path'), true)";
  if (trip === "together") return void (await db.exec([...shared, ...empty, ...statements, former].join(";\n")));
  const results = await Promise.allSettled([
    ...shared.map(async (sql) => db.query(sql)),
    db.exec(empty.join(";\n")),
    ...statements.map(async (sql) => db.query(sql)),
    db.exec(former),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

/** The connection went while COMMIT was under way: only the journal knows what became of it. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super("the connection was lost while COMMIT was under way", { cause });
  }
}

/**
 * Sleep after a transaction three times as long as it held its locks: what waited for them proceeds before the next one
 * requests its own.
 */
export const pauseAfter = async ({ locks }: Transitioned): Promise<void> =>
  sleep(Math.min(3000, 3 * Math.max(0, ...locks.map(({ held }) => held))));

const round = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;
