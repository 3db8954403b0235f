import { isPlatformRelation, isPlatformRole } from "../../pg/platform-objects.ts";
import type { Catalog, Grant, PgFunction, Relation, Role } from "../../pg/catalog.ts";
import type { Policy } from "../../pg/policy.ts";

/** The roles as which requests run, and the roles whose privileges they have. */
export interface Requests {
  /** without PUBLIC */
  roles: readonly string[];
  /** PUBLIC, these roles, and the roles that they are members of */
  grantees: ReadonlySet<string>;
  /** false if none of them holds a privilege on a relation of the project */
  hasGrants: boolean;
}

/**
 * Roles of requests, in any kind of project: those of Supabase's API, those that policies name, those that a token
 * may name (PostgREST), and logins that hold a privilege on a relation of another owner. A superuser and a role with BYPASSRLS are not subject to policies, and the
 * roles of the platform are not those of clients.
 */
export function requestsOf(catalog: Catalog): Requests {
  const roleOf = new Map(catalog.roles.map((role) => [role.name, role]));
  const isOfRequests = (name: string): boolean => {
    const role = roleOf.get(name);
    return role !== undefined && !isAbove(role) && !isPlatformRole(catalog, name);
  };
  const granted = catalog.relations.flatMap((relation) =>
    [...relation.grants, ...relation.columnGrants]
      .map(({ grantee }) => grantee)
      .filter((name) => name !== relation.owner),
  );
  const named = catalog.policies.flatMap((policy) => policy.roles);
  // the login of PostgREST becomes the role that a token names, and has no privileges of the others by itself
  const byToken = catalog.roles
    .filter((role) => role.login && !role.inherit && !isAbove(role))
    .flatMap((role) => role.maySet ?? role.memberOf);
  const roles = [...new Set(["anon", "authenticated", ...named, ...granted, ...byToken])]
    .filter(isOfRequests)
    .toSorted();
  const grantees = new Set(roles);
  // a set grows while it is iterated
  for (const name of grantees)
    for (const group of roleOf.get(name)?.memberOf ?? []) if (!isAbove(roleOf.get(group))) grantees.add(group);
  grantees.add("public");
  const hasGrants = catalog.relations.some(
    (relation) =>
      !isPlatformRelation(catalog, relation) &&
      [...relation.grants, ...relation.columnGrants].some(
        ({ grantee }) => grantees.has(grantee) && grantee !== relation.owner,
      ),
  );
  return { roles, grantees, hasGrants };
}

export const isAbove = (role: Role | undefined): boolean => role?.superuser === true || role?.bypassRls === true;

/** The roles of requests that hold one of the privileges on a relation, itself or on some of its columns. */
export function holders(requests: Requests, relation: Relation, privileges: readonly string[]): string[] {
  const held = [...relation.grants, ...relation.columnGrants].filter(
    ({ grantee, privilege }) => privileges.includes(privilege) && requests.grantees.has(grantee),
  );
  return [...new Set(held.map(({ grantee }) => grantee))];
}

/** The roles of requests that may execute a function. */
export const callers = (requests: Requests, fn: PgFunction): string[] =>
  fn.grants
    .filter(({ grantee, privilege }) => privilege === "EXECUTE" && requests.grantees.has(grantee))
    .map(({ grantee }) => grantee);

/** False if no role of requests may use the schema, so that no statement of a request can name an object in it. */
export function isUsable(catalog: Catalog, requests: Requests, schema: string): boolean {
  const found = catalog.schemas?.find(({ name }) => name === schema);
  const uses = ({ grantee, privilege }: Grant): boolean => privilege === "USAGE" && requests.grantees.has(grantee);
  return found === undefined || found.grants.some(uses) || requests.grantees.has(found.owner);
}

/** True if a role is `member`, or has its privileges by inheritance. */
export function inherits(catalog: Catalog, role: string, group: string): boolean {
  const seen = new Set([role]);
  for (const name of seen) {
    const found = catalog.roles.find((one) => one.name === name);
    for (const parent of found?.inheritsFrom ?? (found?.inherit ? found.memberOf : [])) seen.add(parent);
  }
  return seen.has(group);
}

/** The roles that a role may become with SET ROLE, itself among them. */
export function maySetTo(catalog: Catalog, role: string): ReadonlySet<string> {
  const seen = new Set([role]);
  for (const name of seen) {
    const found = catalog.roles.find((one) => one.name === name);
    for (const next of found?.maySet ?? found?.memberOf ?? []) seen.add(next);
  }
  return seen;
}

/** True if a policy applies to a role (manual, CREATE POLICY: the roles of a policy include their members). */
export const appliesTo = (catalog: Catalog, policy: Policy, role: string): boolean =>
  policy.roles.some((name) => name === "public" || inherits(catalog, role, name));
