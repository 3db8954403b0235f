import { randomUUID } from "node:crypto";
import type { Plan } from "../../plan/index.ts";
import { compare } from "../apply.ts";
import { makesObject, groupsOf, isShared, scopeOf, withOccupiedSchemas } from "../state/index.ts";
import { inForce, readJournal } from "../journal/index.ts";
import {
  mayAlter,
  checkPrivileges,
  checkWritable,
  runSurely,
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
 * Take a plan back as its down file does, where the journal does not know of it or is gone: in one transaction, which is committed only if everything is
 * then as the plan saw it. Throws ToolError (environment), as `applyPlan` does: somebody changed a policy since.
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
    const { now, expected, standing } = await compare(db, plan);
    const result: RollbackResult = {
      target,
      run,
      dryRun,
      undone: taken.map(({ id, group, at }) => ({ id, group, at })),
      groups: [],
      lost: [],
      left: journal.flatMap((entry) => (entry.planHash === planHash ? [] : [entry.id])).toReversed(),
      notes: [],
    };
    if (standing.applied.length === 0) return { ...result, undone: [] };
    const [whole] = groupsOf(plan, { kind: "all" });
    if (!whole) return result;
    const scope = scopeOf(whole);
    const { lockable } = await checkPrivileges(db, scope, mayAlter(db));
    const back = standing.applied.toReversed();
    const { to, stay } = await withOccupiedSchemas(db, expected.before);
    result.notes.push(...stay);
    talk.locks([{ group: "down file", relations: scope.relations }]);
    const done = await runSurely(
      connections,
      db,
      {
        group: "down file",
        scope,
        from: now,
        to,
        shared: back.filter((step) => isShared(step) && !makesObject(step)).flatMap(({ down }) => down),
        statements: [
          ...back.filter((step) => !isShared(step)).flatMap(({ down }) => down),
          // nothing calls them any more; the schema after what is in it
          ...back.filter((step) => isShared(step) && makesObject(step)).flatMap(({ down }) => down),
        ],
        lockable,
        objections: async () => [],
        entry: { run, kind: "rollback", target, planHash, undoes: null, person, rlsmith, detail: {} },
        undoes: taken.map(({ id }) => id),
      },
      request.limits,
      dryRun,
      talk,
      [],
    );
    db = done.db;
    result.groups.push(done.transitioned);
    talk.done(done.transitioned);
    return result;
  } finally {
    await db.close().catch(() => {});
  }
}
