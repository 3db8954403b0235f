import { analyseFunctions } from "../classify/index.ts";
import type { Db } from "../db/port.ts";
import type { Catalog, Relation } from "../pg/catalog.ts";
import { groupBy } from "../pg/group-by.ts";
import { functionKey, type NameKey } from "../pg/name.ts";
import { catalogAfter, type Plan } from "../plan/index.ts";
import type { Progress } from "../progress.ts";
import { newSide } from "../prove/index.ts";
import { isAffected, type Worlds } from "./after.ts";
import { followReading, type World } from "./follow.ts";
import { knownOf } from "./reads.ts";
import { relationImpact, type Asked, type Limits } from "./relation.ts";
import type { Impact, RelationImpact, UntoldOfAll, UsersFrom } from "./result.ts";
import type { VariableQueries } from "./see.ts";
import { shownRows } from "./shown-rows.ts";
import { classOf, settableOf, type User } from "./user.ts";

/** The users whose rows are compared, and where they come from. */
export interface Users {
  users: readonly User[];
  from: UsersFrom;
  variablesFrom: NameKey | null;
  queries: VariableQueries;
  untold: UntoldOfAll[];
}

/** The options of an impact. */
export interface ImpactOptions extends Limits {
  progress: Progress;
}

/** Both sides of a plan on a database that has the policies from which the plan was made. */
export function worldsOf(catalog: Catalog, plan: Plan): Worlds {
  const world = (of: Catalog): World => {
    const source = plan.context.claims;
    return { ...knownOf(of, source, analyseFunctions(of, source)), side: newSide(of) };
  };
  const changed = plan.steps.flatMap(({ change }) =>
    change.kind === "function"
      ? [functionKey(change.after)]
      : change.kind === "dropped-function"
        ? [functionKey(change.before)]
        : [],
  );
  return { before: world(catalog), after: world(catalogAfter(catalog, plan)), changed: new Set(changed) };
}

/**
 * Compare for every user the rows that the policies of a database show now with those that they show after the plan. The
 * database is only read, in a transaction for each relation. `catalog`: that of the database.
 */
export async function impactOf(
  db: Db,
  catalog: Catalog,
  plan: Plan,
  { users, from, variablesFrom, queries, untold }: Users,
  { progress, ...limits }: ImpactOptions,
): Promise<Impact> {
  const worlds = worldsOf(catalog, plan);
  const asked: Asked = { worlds, context: plan.context, users, limits, queries: from === "tokens" ? null : queries };
  const roles = [...new Set(users.map(({ role }) => role))];
  const concerned = worlds.before.side.catalog.relations.filter((relation) => isConcerned(worlds, relation, roles));
  const relations: RelationImpact[] = [];
  for (const [n, relation] of concerned.entries()) {
    progress.tick("impact", n, concerned.length);
    relations.push(await relationImpact(db, relation, asked));
  }
  progress.done("impact", `${relations.length} relations, ${users.length} users`);
  const known = new Set(catalog.roles.map(({ name }) => name));
  const all: UntoldOfAll[] = [
    ...untold,
    ...(users.some(({ id }) => id !== null) ? [] : [{ kind: "no users" } as const]),
    ...roles.filter((role) => !known.has(role)).map((role) => ({ kind: "no role", role }) as const),
  ];
  return {
    usersFrom: from,
    users: users.length,
    classes: classesOf(users, plan),
    variablesFrom,
    relations,
    ...assumptions(worlds, concerned, roles, plan),
    outcome: outcomeOf(relations, all),
    untold: all,
  };
}

/** A relation whose rows the plan may show to another role than before. */
function isConcerned(worlds: Worlds, relation: Relation, roles: readonly string[]): boolean {
  if (relation.kind === "view" || relation.kind === "materialized view" || !relation.rowSecurity) return false;
  const { side } = worlds.before;
  return roles.some(
    (role) =>
      shownRows(side, relation, role).kind !== "all" &&
      side.hasPrivilege(relation, "SELECT", role) &&
      isAffected(worlds, { relation, role }),
  );
}

function outcomeOf(relations: readonly RelationImpact[], untold: readonly UntoldOfAll[]): Impact["outcome"] {
  if (relations.some(({ changes }) => changes.length > 0)) return "somebody changes";
  return untold.length > 0 || relations.some((one) => one.untold.length > 0) ? "cannot be told" : "nobody changes";
}

const classesOf = (users: readonly User[], { context }: Plan): Impact["classes"] =>
  [...groupBy(users, (user) => JSON.stringify(classOf(user, context))).values()].flatMap((alike) => {
    const [first] = alike;
    return first ? [{ ...classOf(first, context), users: alike.length }] : [];
  });

/** Claims of a token that are others at each sign-in or hour. */
const PASSING = new Set(["iat", "exp", "nbf", "iss", "aal", "amr", "session_id", "jti"]);

function assumptions(
  { before, after }: Worlds,
  relations: readonly Relation[],
  roles: readonly string[],
  { context }: Plan,
): Pick<Impact, "assumedEmpty" | "assumedClaims"> {
  const followed = relations.flatMap((relation) =>
    roles.flatMap((role) => [followReading(before, { relation, role }), followReading(after, { relation, role })]),
  );
  const mapped = new Set(settableOf(context).map(({ setting }) => setting.toLowerCase()));
  const settings = new Set(followed.flatMap((one) => one.settings).filter((setting) => !mapped.has(setting)));
  const claims = new Set(
    followed.flatMap((one) => one.claims).flatMap(([root = ""]) => (PASSING.has(root) ? [root] : [])),
  );
  return { assumedEmpty: [...settings].toSorted(), assumedClaims: [...claims].toSorted() };
}
