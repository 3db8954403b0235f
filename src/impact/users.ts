import { parseJson } from "../db/json.ts";
import type { Holder, MemberValues, UsersOfDatabase } from "../claims/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";
import type { Users } from "./impact.ts";
import { variableQueries } from "./see.ts";
import type { TokenHolder } from "./tokens.ts";
import { settableOf, variableText, type User, type Variables } from "./user.ts";

/** The source of the claims: the paths that it supplies, joined with dots, and the values of its active members. */
export interface Members {
  paths: ReadonlySet<string>;
  values: readonly MemberValues[];
}

/** A request without a token, for which PostgREST makes one up. */
const NOBODY: User = { id: null, role: "anon", claims: '{"role":"anon"}', token: { role: "anon" }, variables: [] };

/**
 * The users with the variables as the application sets them, from the source of the claims; null: it is not known.
 * `withAnon`: the database has the role for requests without a token.
 */
export function usersWith(
  holders: readonly TokenHolder[],
  members: Members | null,
  context: ContextMap,
  withAnon: boolean,
): User[] {
  const byUser = groupBy(members?.values ?? [], ({ user }) => user);
  const users = holders.map((holder): User => ({
    ...holder,
    variables: variablesOf(holder, members, byUser.get(holder.id ?? "") ?? [], context),
  }));
  return withAnon ? [...users, NOBODY] : users;
}

/** The token of a user of `auth.users`. */
export const holderOf = ({ id, role, claims }: Holder): TokenHolder => ({
  id,
  role,
  claims,
  token: parseJson(claims) as Record<string, unknown>,
});

/**
 * What the application sets, as far as the source says. The token is no evidence: the application reads the row, and a
 * claim that differs from it is what is looked for.
 */
function variablesOf(
  { id, variables }: TokenHolder,
  members: Members | null,
  rows: readonly MemberValues[],
  context: ContextMap,
): Variables[] | null {
  if (variables !== undefined) return [variables];
  // the application has nothing to set for somebody who is no member
  return members === null ? null : rows.map(({ values }) => knownOf(id, values, members.paths, context));
}

function knownOf(
  id: string | null,
  values: MemberValues["values"],
  paths: ReadonlySet<string>,
  context: ContextMap,
): Variables {
  const found: Record<string, string> = {};
  for (const variable of settableOf(context)) {
    const path = variable.claim.join(".");
    // a member without the value has an empty variable
    const text = paths.has(path) ? variableText(values[path], variable) : path === "sub" ? (id ?? "") : undefined;
    if (text !== undefined) found[variable.setting] = text ?? "";
  }
  return found;
}

/** Users, members and tokens as the users of an impact. `tokens`: instead of the users of the database. */
export function usersOf(
  { holders, hook, source, members }: UsersOfDatabase,
  tokens: readonly TokenHolder[] | null,
  { roles }: Pick<Catalog, "roles">,
  context: ContextMap,
): Users {
  const known: Members | null =
    source.kind === "known" && members.kind === "known"
      ? { paths: new Set(source.value.claims.map(({ path }) => path.join("."))), values: members.value }
      : null;
  const own = holders?.kind === "known" ? holders.value.map(holderOf) : [];
  const hasAnon = roles.some(({ name }) => name === "anon");
  return {
    users: usersWith(tokens ?? own, known, context, hasAnon),
    from: tokens !== null ? "tokens" : hook?.called ? "auth.users and hook" : "auth.users",
    queries: variableQueries(known !== null && source.kind === "known" ? source.value : null, context),
    variablesFrom: known !== null && source.kind === "known" ? nameKey(source.value.relation) : null,
    untold: hook?.called === false ? [{ kind: "hook not called", hook: hook.name, sqlstate: hook.sqlstate }] : [],
  };
}
