import { randomUUID } from "node:crypto";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { nameKey } from "../../pg/name.ts";
import { inForce, readJournal, type Entry } from "../journal/index.ts";
import {
  beforeGroups,
  inOneTransaction,
  journalOnly,
  mayAlter,
  pauseAfter,
  readPrivileges,
  checkPrivileges,
  checkWritable,
  runUntilResolved,
  withGroups,
  type Connections,
  type Talk,
} from "../transaction/index.ts";
import { scopeOfState } from "../state/index.ts";
import type { Transitioned, TransitionLimits } from "../transaction/index.ts";
import { isNothing, rollbackSteps, together, wholeScope, type InForce } from "./rollback-steps.ts";

export interface RollbackRequest {
  target: string;
  /** the last entry that stays, 0: none; null: take back the last plan, all of its groups */
  to: number | null;
  limits: TransitionLimits;
  dryRun: boolean;
  /** the reason why later changes may be lost; null: they may not */
  force: string | null;
  person: string | null;
  rlsmith: string;
}

/** The result of a rollback. */
export interface RollbackResult {
  target: string;
  run: string;
  dryRun: boolean;
  /** `nothing to take back`: nothing that the command was asked for is in force, and nothing was changed */
  outcome: "taken back" | "nothing to take back";
  /** entries that were taken back, newest first */
  undone: { id: number; group: string; at: string; planHash: string | null }[];
  groups: Transitioned[];
  /** later changes that were lost */
  lost: string[];
  /** entries that are still in force, newest first */
  left: number[];
  /** further notes, a sentence each */
  notes: string[];
}

/**
 * Restore the state before each entry of the journal, newest first, one transaction for each. Throws ToolError
 * (environment): a check failed, or a statement did. Entries that were taken back before stay so, and the same call
 * goes on with the remaining ones.
 */
export async function rollbackRun(
  connections: Connections,
  request: RollbackRequest,
  talk: Talk,
): Promise<RollbackResult> {
  const run = randomUUID();
  let db = await connections.open();
  try {
    talk.stage("comparing what is there with the journal");
    const [, journal] = await sentTogether([checkWritable(db), readJournal(db)]);
    const opened = db;
    const base = {
      run,
      kind: "rollback" as const,
      target: request.target,
      person: request.person,
      rlsmith: request.rlsmith,
      detail: request.force === null ? {} : { reason: request.force },
    };
    const planHash = journal.findLast(({ outcome }) => outcome === "done")?.planHash ?? null;
    const first = async <Result>(work: () => Promise<Result>): Promise<Result> =>
      beforeGroups(opened, { ...base, planHash, undoes: null }, request.dryRun, work);
    const entries = await first(async () => chosen(journal, request.to));
    const left = inForce(journal).flatMap(({ id }) => (entries.some((one) => one.id === id) ? [] : [id]));
    const result: RollbackResult = {
      target: request.target,
      run,
      dryRun: request.dryRun,
      outcome: entries.length === 0 ? "nothing to take back" : "taken back",
      undone: entries.map(({ id, group, at, planHash }) => ({ id, group, at, planHash })),
      groups: [],
      lost: [],
      left: left.toReversed(),
      notes: [],
    };
    if (entries.length === 0) return result;
    const { steps, lost, stay, lockable } = await first(async () => {
      const found = await inOneTransaction(opened, async () =>
        rollbackSteps(opened, entries, { force: request.force !== null }),
      );
      if (found.lost.length > 0 && request.force === null)
        throw new ToolError(
          "environment",
          "CHANGED_SINCE",
          `objects that would be restored were changed after the plan was applied:`,
          'nothing was changed; undo these changes by hand, or overwrite them with --force --reason "…"',
          { list: found.lost },
        );
      const privileges = await readPrivileges(opened, wholeScope(found.steps));
      return { ...found, ...(await checkPrivileges(privileges, mayAlter(opened))) };
    });
    result.lost = lost;
    result.notes.push(...stay);
    talk.locks(
      steps.map(({ entry, restoring }) => ({
        group: entry.group,
        relations: isNothing(restoring) ? [] : scopeOfState(entry.before).relations,
      })),
    );
    const groups = request.dryRun ? together(steps) : steps;
    for (const [n, { entry, from, restoring }] of groups.entries()) {
      const failed = (error: unknown): unknown =>
        withGroups(error, {
          dryRun: request.dryRun,
          done: result.groups,
          failed: entry.group,
          remaining: groups.slice(n + 1).map((later) => later.entry.group),
        });
      const own = scopeOfState(entry.before);
      const names = new Set(own.relations.map(nameKey));
      const line = { ...base, planHash: entry.planHash, undoes: entry.id };
      if (isNothing(restoring)) {
        const done = await journalOnly(db, {
          group: entry.group,
          scope: own,
          found: from,
          entry: { ...line, group: entry.group, outcome: "done", before: from, after: from },
          dryRun: request.dryRun,
        }).catch((error: unknown) => {
          throw failed(error);
        });
        result.groups.push(done);
        talk.done(done);
        continue;
      }
      const done = await runUntilResolved(connections, db, {
        transition: {
          group: entry.group,
          scope: own,
          from,
          to: entry.before,
          ...restoring,
          trip: "each alone",
          lockable: lockable.filter((relation) => names.has(nameKey(relation))),
          objections: async () => [],
          entry: line,
        },
        limits: request.limits,
        dryRun: request.dryRun,
        mostTries: null,
        talk,
      }).catch((error: unknown) => {
        throw failed(error);
      });
      db = done.db;
      result.groups.push(done.transitioned);
      talk.done(done.transitioned);
      if (n + 1 < groups.length) await pauseAfter(done.transitioned);
    }
    return result;
  } finally {
    await db.close().catch(() => {});
  }
}

/**
 * The entries to take back, newest first. Without a number, those of the last plan, however many runs its groups took.
 * After a rollback, older entries are taken back only by number: repeating a command that was interrupted would
 * otherwise take back more than was asked for.
 */
function chosen(journal: readonly Entry[], to: number | null): InForce[] {
  const entries = inForce(journal);
  if (to !== null) return entries.filter(({ id }) => id > to).toReversed();
  const last = journal.findLast(({ outcome }) => outcome === "done");
  if (!last)
    throw new ToolError(
      "environment",
      "NOTHING_TO_ROLL_BACK",
      "rlsmith has applied nothing to this target",
      "if another tool applied the plan, write it into the journal first: `rlsmith apply --adopt`",
    );
  const other = entries.findLastIndex(({ planHash }) => planHash !== last.planHash);
  return entries.slice(other + 1).toReversed();
}
