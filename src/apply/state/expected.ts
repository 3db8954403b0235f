import { pgErrorOf, type Db } from "../../db/port.ts";
import { passing } from "../../db/savepoint.ts";
import { ToolError } from "../../errors.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { policyId, type Policy } from "../../pg/policy.ts";
import type { Plan, Step } from "../../plan/index.ts";
import { isShared } from "./groups.ts";
import { onShadow, settled } from "./shadow.ts";
import { byName, readState, type RelationState, type Scope, type State } from "./state.ts";

/** A plan's two ends as the target itself prints them: majors print one expression in different ways, so texts are compared only when one server has printed both. */
export interface Expected {
  before: State;
  after: State;
}

/**
 * Have the target print what the plan saw and what it makes, without a lock on anybody's relation: policies are made on empty temporary copies of
 * the same name, functions are replaced in a savepoint that is rolled back. Inside a transaction that is open. `now`: the scope as it is. Throws
 * ToolError (environment): something that the plan makes cannot be made here.
 */
export async function expectedStates(
  db: Db,
  plan: Plan,
  steps: readonly Step[],
  scope: Scope,
  now: State,
): Promise<Expected> {
  const shared = steps.filter(isShared);
  const end = async (statements: readonly string[], side: "before" | "after"): Promise<State> =>
    passing(db, "", async () => {
      await tried(db, statements, side);
      const { functions, schemas } = await readState(db, { ...scope, relations: [] });
      const relations: RelationState[] = [];
      for (const relation of now.relations)
        relations.push(relation.exists ? await printed(db, plan, steps, relation, side) : relation);
      return { relations, functions, schemas };
    });
  const after = await end(
    shared.flatMap(({ up }) => up),
    "after",
  );
  const made = shared.filter(makesObject);
  const before = await end(
    shared
      .toReversed()
      .filter((step) => !made.includes(step))
      .flatMap(({ down }) => down),
    "before",
  );
  return { before: without(before, made), after };
}

/** Whether a step makes something that was not there: its way back takes it away. */
export const makesObject = ({ change }: Step): boolean =>
  (change.kind === "schema" && change.isNew) || (change.kind === "function" && change.before === null);

/** A state in which what these steps make is not there: while policies call it, it cannot be dropped to have a look. */
const without = (state: State, made: readonly Step[]): State => ({
  ...state,
  functions: state.functions.map((fn) =>
    made.some(
      ({ object }) =>
        object.kind === "function" &&
        object.schema === fn.schema &&
        object.name === fn.name &&
        object.identityArguments === fn.arguments,
    )
      ? { ...fn, definition: null }
      : fn,
  ),
  schemas: state.schemas.map((schema) =>
    made.some(({ object }) => object.kind === "schema" && object.schema === schema.name)
      ? { ...schema, exists: false }
      : schema,
  ),
});

async function tried(db: Db, statements: readonly string[], side: "before" | "after"): Promise<void> {
  for (const sql of statements)
    try {
      await db.exec(sql);
    } catch (error) {
      const raised = pgErrorOf(error);
      if (!raised || side === "before") throw error;
      throw cannotBeMade(sql.split("\n")[0] ?? "", raised);
    }
}

function cannotBeMade(what: string, raised: { sqlstate: string; message: string }): ToolError {
  const isRight = raised.sqlstate === "42501";
  return new ToolError(
    "environment",
    isRight ? "INSUFFICIENT_PRIVILEGE" : "CANNOT_BE_MADE_HERE",
    `\`${what}\` cannot be made on this target: ${raised.message} (${raised.sqlstate})`,
    isRight
      ? "nothing was changed; connect as the owner, or as a member of the owning role"
      : "bring the target to where the plan was made (migrations that are missing?), or run `rlsmith plan` for this database",
  );
}

/** One relation at one end of the plan. Flags, and comments that the plan does not change, are not its business: they are as they are now. */
async function printed(
  db: Db,
  plan: Plan,
  steps: readonly Step[],
  now: RelationState,
  side: "before" | "after",
): Promise<RelationState> {
  const here = plan.policies.filter(({ before }) => before.schema === now.schema && before.relation === now.name);
  const wanted = here.flatMap((outcome) => (side === "before" ? [outcome.before] : outcome.after));
  const alter = steps.flatMap(({ object, change }) =>
    object.kind === "column" &&
    change.kind === "default" &&
    object.schema === now.schema &&
    object.relation === now.name
      ? [`alter column ${quoteIdent(object.column)} set default ${change[side] ?? "null"}`]
      : [],
  );
  const { prints, defaults, raised } = await onShadow(db, now, wanted, alter);
  // what the plan saw and cannot be made here is not what is here, and the text shows it
  if (raised && side === "after") throw cannotBeMade(policyId(raised.policy), raised);
  const recommented = new Set(
    here.flatMap(({ before, after }) =>
      after.some(({ name, comment }) => name === before.name && comment !== before.comment) ? [before.name] : [],
    ),
  );
  const policies = wanted.map((policy, n): Policy => {
    const there = now.policies.find(({ name }) => name === policy.name);
    return {
      ...settled(policy, prints[n] ?? null, there),
      comment: there && !recommented.has(policy.name) ? there.comment : policy.comment,
    };
  });
  return { ...now, policies: policies.toSorted((a, b) => byName(a, b)), defaults };
}
