import { pgErrorOf, type Db } from "../../db/port.ts";
import { passingAtOnce } from "../../db/savepoint.ts";
import { sentTogether } from "../../db/sent-together.ts";
import { ToolError } from "../../errors.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { policyId, type Policy } from "../../pg/policy.ts";
import type { Plan, Step } from "../../plan/index.ts";
import { isShared } from "./groups.ts";
import { onShadows, settled, type Shadowed, type ShadowRequest } from "./shadow.ts";
import { byName, readState, type RelationState, type Scope, type State } from "./state.ts";

/**
 * The state before a plan and the state after it, as the target prints them: major versions print expressions
 * differently, so texts are compared only if one server has printed both.
 */
export interface Expected {
  before: State;
  after: State;
}

/**
 * Let the target print the state before the plan and the state after it, without a lock on any of its relations:
 * policies are created on empty temporary copies of the same name, and functions are replaced in a savepoint that is
 * rolled back. Runs inside an open transaction. `now`: the present state of the scope. Throws ToolError (environment)
 * if an object of the plan cannot be created on the target.
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
    passingAtOnce(db, async () => {
      const [, { functions, schemas }, relations] = await sentTogether([
        tried(db, statements, side),
        readState(db, { ...scope, relations: [] }),
        printed(db, plan, steps, now.relations, side),
      ]);
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

/** True if a step creates an object that did not exist: its down migration drops it. */
export const makesObject = ({ change }: Step): boolean =>
  (change.kind === "schema" && change.isNew) || (change.kind === "function" && change.before === null);

/**
 * A state without the objects that these steps create: an object cannot be dropped to see the state without it while
 * policies call it.
 */
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
      ? { ...fn, definition: null, ...(fn.access === undefined ? {} : { access: null }) }
      : fn,
  ),
  schemas: state.schemas.map((schema) =>
    made.some(({ object }) => object.kind === "schema" && object.schema === schema.name)
      ? { ...schema, exists: false }
      : schema,
  ),
});

async function tried(db: Db, statements: readonly string[], side: "before" | "after"): Promise<void> {
  const sent = await Promise.allSettled(statements.map(async (sql) => db.exec(sql)));
  for (const [n, one] of sent.entries())
    if (one.status === "rejected") {
      const raised = pgErrorOf(one.reason);
      if (!raised || side === "before") throw one.reason;
      throw cannotBeMade(statements[n]?.split("\n")[0] ?? "", raised);
    }
}

function cannotBeMade(what: string, raised: { sqlstate: string; message: string }): ToolError {
  const isRight = raised.sqlstate === "42501";
  return new ToolError(
    "environment",
    isRight ? "INSUFFICIENT_PRIVILEGE" : "CANNOT_BE_MADE_HERE",
    `\`${what}\` cannot be created on this target: ${raised.message} (${raised.sqlstate})`,
    isRight
      ? "nothing was changed; connect as the owner, or as a member of the owning role"
      : "bring the target to the state that the plan was made for (are migrations missing?), or run `rlsmith plan` for this database",
  );
}

/**
 * The relations before or after the plan, in one round trip. Flags, and comments that the plan does not change, are
 * taken from the present state.
 */
async function printed(
  db: Db,
  plan: Plan,
  steps: readonly Step[],
  now: readonly RelationState[],
  side: "before" | "after",
): Promise<RelationState[]> {
  const all = now.map((relation) => ({
    relation,
    print: relation.exists ? toPrint(plan, steps, relation, side) : null,
  }));
  const shadows = await onShadows(
    db,
    all.flatMap(({ print }) => print?.request ?? []),
  );
  return all.map(({ relation, print }) => {
    const shadow = print === null ? undefined : shadows.shift();
    return print === null || shadow === undefined ? relation : print.read(shadow);
  });
}

/** The policies of one relation before or after the plan, and the relation with them once they are printed. */
function toPrint(
  plan: Plan,
  steps: readonly Step[],
  now: RelationState,
  side: "before" | "after",
): { request: ShadowRequest; read(shadow: Shadowed): RelationState } {
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
  return { request: { relation: now, policies: wanted, alter }, read };

  function read({ prints, defaults, raised }: Shadowed): RelationState {
    // a policy that the plan expects and that cannot be created here differs from the present one, and its text shows
    // that
    if (raised && side === "after") throw cannotBeMade(policyId(raised.policy), raised);
    const recommented = new Set(
      here.flatMap(({ before, after }) =>
        after.some(({ name, comment }) => name === before.name && comment !== before.comment) ? [before.name] : [],
      ),
    );
    const policies = wanted.map((policy): Policy => {
      const there = now.policies.find(({ name }) => name === policy.name);
      return {
        ...settled(policy, prints.get(policy) ?? null, there),
        comment: there && !recommented.has(policy.name) ? there.comment : policy.comment,
      };
    });
    return { ...now, policies: policies.toSorted((a, b) => byName(a, b)), defaults };
  }
}
