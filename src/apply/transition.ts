import type { Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import { makeJournal, writeEntry, type Detail, type NewEntry } from "./journal.ts";
import { beginWithLocks, isLockFailure, pause, type HeldLock, type LockLimits, type LockTry } from "./locks.ts";
import { differences } from "./restore.ts";
import { readState, sameState, type Scope, type State } from "./state.ts";

/** One transaction that brings a scope from one state to another. */
export interface Transition {
  group: string;
  scope: Scope;
  /** what has to be there when the locks are had */
  from: State;
  /** what has to be there before the commit */
  to: State;
  /** `exact`: byte for byte; `reprinted`: a text that Postgres printed before, and prints otherwise when it has read it again, is as good */
  match: "exact" | "reprinted";
  statements: string[];
  /** relations that the login owns; others are locked by the statements themselves */
  lockable: { schema: string; name: string }[];
  /** asked before the commit: what speaks against it, a line each; leaves nothing in the transaction */
  objections(db: Db): Promise<string[]>;
  entry: Omit<NewEntry, "before" | "after" | "outcome" | "group" | "detail"> & { detail: Detail };
  /** entries of the journal that it takes back, a line each; empty: one line */
  undoes?: readonly number[];
}

export interface TransitionLimits extends LockLimits {
  /** milliseconds */
  statementTimeout: number;
}

export interface Transitioned {
  group: string;
  /** of the journal; none in a dry run */
  entries: number[];
  locks: { relation: string; waited: number; held: number }[];
  tries: number;
}

/**
 * Run a transition: locks, a look whether all is still as it was, the statements, a look whether all is as it has to be, objections, the journal, and COMMIT,
 * or ROLLBACK in a dry run. A relation of somebody else's cannot be locked beforehand: where a statement does not get its lock, all is let go and tried
 * again too. Throws ToolError (environment) or Postgres' own error; then nothing of it has stayed, but for CommitInDoubt.
 */
export async function runTransition(
  db: Db,
  transition: Transition,
  limits: TransitionLimits,
  dryRun: boolean,
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
      if (committing) throw new CommitInDoubt(error);
      // the connection may be gone; the first error is the one worth telling
      await db.exec("rollback").catch(() => {});
      if (!isLockFailure(error) || giveUpAfter <= 0) throw error;
      failed({ tries, holders: [] });
      await pause(tries);
    }
  }
}

const beginning = ({ statementTimeout }: TransitionLimits): string =>
  [
    "begin",
    `set local statement_timeout = ${statementTimeout}`,
    // whoever has gone away without a word does not keep locks
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
      `\`${transition.group}\` was changed while rlsmith was getting ready:\n${differences(transition.from, now).join("\n")}`,
      "nothing was changed; look at what was done there, and start again",
    );
  if (transition.statements.length > 0) await db.exec(transition.statements.join(";\n"));
  const after = await readState(db, transition.scope);
  const wanted = transition.match === "reprinted" ? asReprinted(transition.to, after) : transition.to;
  if (!sameState(after, wanted))
    throw new ToolError(
      "environment",
      "NOT_AS_PLANNED",
      `\`${transition.group}\` did not become what it has to be:\n${differences(wanted, after).join("\n")}`,
      "nothing was changed; something on the target reacts to DDL (an event trigger?), or this is a bug of rlsmith",
    );
  const objections = await transition.objections(db);
  if (objections.length > 0)
    throw new ToolError(
      "environment",
      "OBJECTION",
      `\`${transition.group}\` was not committed:\n${objections.join("\n")}`,
      "nothing was changed; see `rlsmith verify --db` for the whole picture",
    );
  await makeJournal(db);
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
  const lines: number[] = [];
  for (const one of undoing.length > 0 ? undoing : [line]) lines.push(await writeEntry(db, one));
  return { held, lines };
}

/** The connection went while COMMIT was under way: only the journal knows what became of it. */
export class CommitInDoubt extends Error {
  constructor(cause: unknown) {
    super("the connection was lost while COMMIT was under way", { cause });
  }
}

const round = (milliseconds: number): number => Math.round(milliseconds * 10) / 10;

/**
 * The state with the policies' texts as they were printed now: `x in ('a', 'b')` on a varchar is printed in one way, and once that was read again in
 * another (measured on 15 and 18). Names, commands, roles, flags and comments have to be the same.
 */
function asReprinted(wanted: State, found: State): State {
  return {
    ...wanted,
    relations: wanted.relations.map((relation) => {
      const now = found.relations.find(({ schema, name }) => schema === relation.schema && name === relation.name);
      return {
        ...relation,
        policies: relation.policies.map((policy) => {
          const other = now?.policies.find(({ name }) => name === policy.name);
          const text = (was: string | null, is: string | null): string | null =>
            was !== null && is !== null ? is : was;
          return other
            ? { ...policy, using: text(policy.using, other.using), check: text(policy.check, other.check) }
            : policy;
        }),
      };
    }),
  };
}
