import { randomUUID } from "node:crypto";
import type { Plan } from "../../plan/index.ts";
import { compare } from "../apply.ts";
import { makesObject, groupsOf, isShared, scopeOf, withOccupiedSchemas } from "../state/index.ts";
import { inForce, readJournal } from "../journal/index.ts";
import {
  beforeGroups,
  mayAlter,
  readPrivileges,
  checkPrivileges,
  checkWritable,
  runUntilResolved,
  withGroups,
  type Connections,
  type Talk,
} from "../transaction/index.ts";
import type { RollbackResult } from "./rollback.ts";
import type { TransitionLimits } from "../transaction/index.ts";

export interface FileRollback {
  target: string;
  plan: Plan;
  /** sha256 of the plan */
  planHash: string;
  limits: TransitionLimits;
  dryRun: boolean;
  person: string | null;
  rlsmith: string;
}

/**
 * Take a plan back with its down file, if the journal has no entry for it or no longer exists. One transaction, which
 * is committed only if the state is then the one that the plan was made for. Throws ToolError (environment) as
 * `applyPlan` does, and if a policy was changed after the plan was applied.
 */
export async function rollbackByFile(
  connections: Connections,
  request: FileRollback,
  talk: Talk,
): Promise<RollbackResult> {
  const { plan, planHash, target, dryRun, person, rlsmith } = request;
  const run = randomUUID();
  let db = await connections.open();
  try {
    await checkWritable(db);
    talk.stage("comparing what is there with both ends of the plan");
    const journal = inForce(await readJournal(db));
    const taken = journal.filter((entry) => entry.planHash === planHash).toReversed();
    const opened = db;
    const entry = { run, kind: "rollback" as const, target, planHash, undoes: null, person, rlsmith, detail: {} };
    const first = async <Result>(work: () => Promise<Result>): Promise<Result> =>
      beforeGroups(opened, entry, dryRun, work);
    const { now, expected, progress } = await first(async () => compare(opened, plan));
    const result: RollbackResult = {
      target,
      run,
      dryRun,
      outcome: progress.applied.length === 0 ? "nothing to take back" : "taken back",
      undone: taken.map(({ id, group, at }) => ({ id, group, at, planHash })),
      groups: [],
      lost: [],
      left: journal.flatMap((entry) => (entry.planHash === planHash ? [] : [entry.id])).toReversed(),
      notes: [],
    };
    if (progress.applied.length === 0) return { ...result, undone: [] };
    const [whole] = groupsOf(plan, { kind: "all" });
    if (!whole) return result;
    const scope = scopeOf(whole);
    const { lockable } = await first(async () =>
      checkPrivileges(await readPrivileges(opened, scope), mayAlter(opened)),
    );
    const back = progress.applied.toReversed();
    const { to, stay } = await withOccupiedSchemas(db, expected.before);
    result.notes.push(...stay);
    talk.locks([{ group: "down file", relations: scope.relations }]);
    const done = await runUntilResolved(connections, db, {
      transition: {
        group: "down file",
        scope,
        from: now,
        to,
        shared: back.filter((step) => isShared(step) && !makesObject(step)).flatMap(({ down }) => down),
        statements: [
          ...back.filter((step) => !isShared(step)).flatMap(({ down }) => down),
          // functions first, since no policy calls them any more; the schema after the objects in it
          ...back.filter((step) => isShared(step) && makesObject(step)).flatMap(({ down }) => down),
        ],
        trip: "together",
        lockable,
        objections: async () => [],
        entry,
        undoes: taken.map(({ id }) => id),
      },
      limits: request.limits,
      dryRun,
      mostTries: null,
      talk,
    }).catch((error: unknown) => {
      throw withGroups(error, { dryRun, done: [], failed: "down file", remaining: [] });
    });
    db = done.db;
    result.groups.push(done.transitioned);
    talk.done(done.transitioned);
    return result;
  } finally {
    await db.close().catch(() => {});
  }
}
