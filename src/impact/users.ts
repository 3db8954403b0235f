import { parseJson } from "../db/json.ts";
import type { Holder, MemberValues, UsersOfDatabase } from "../claims/index.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap, ContextVariable } from "../pg/context.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey } from "../pg/name.ts";
import type { Users } from "./impact.ts";
import type { TokenHolder } from "./tokens.ts";
import { claimAt, settableOf, variableText, type User, type Variables } from "./user.ts";

/** The source of the claims: the paths that it supplies, joined with dots, and the values of its active members. */
export interface Members {
  paths: ReadonlySet<string>;
  values: readonly MemberValues[];
}

/** A request without a token. */
const NOBODY: User = { id: null, role: "anon", claims: null, token: {}, variables: [] };

/**
 * The users with the variables as the application sets them: from the source, and where it is not known (null) from the
 * token. `withAnon`: the database has the role for requests without a token.
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

function variablesOf(
  { id, token }: TokenHolder,
  members: Members | null,
  rows: readonly MemberValues[],
  context: ContextMap,
): Variables[] | null {
  const settable = settableOf(context);
  if (members === null) return oneOrUnknown(settable, (variable) => inToken(variable, token));
  // the application has nothing to set for somebody who is no member
  const made = rows.map(({ values }) =>
    oneOrUnknown(settable, (variable) => {
      const path = variable.claim.join(".");
      if (members.paths.has(path)) return variableText(values[path], variable) ?? undefinedIfOdd(values[path]);
      return path === "sub" && id !== null ? id : inToken(variable, token);
    }),
  );
  return made.some((one) => one === null) ? null : made.flatMap((one) => one ?? []);
}

/** A member without the value has an empty variable. */
const undefinedIfOdd = (value: unknown): string | undefined => (value === null || value === undefined ? "" : undefined);

/** A token without the claim does not say what the application sets. */
const inToken = (variable: ContextVariable, token: unknown): string | undefined =>
  variableText(claimAt(token, variable.claim), variable) ?? undefined;

function oneOrUnknown(
  variables: readonly ContextVariable[],
  valueOf: (variable: ContextVariable) => string | undefined,
): [Variables] | null {
  const found: Record<string, string> = {};
  for (const variable of variables) {
    const value = valueOf(variable);
    if (value === undefined) return null;
    found[variable.setting] = value;
  }
  return [found];
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
    variablesFrom: known !== null && source.kind === "known" ? nameKey(source.value.relation) : null,
    untold: hook?.called === false ? [{ kind: "hook not called", hook: hook.name, sqlstate: hook.sqlstate }] : [],
  };
}
