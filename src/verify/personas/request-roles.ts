import type { Catalog, Role } from "../../pg/catalog.ts";
import { isPlatformRelation, isPlatformRole } from "../../pg/platform-objects.ts";

/** The largest number of roles that get every persona: more of them get one persona each. */
const MOST = 4;

/**
 * The roles that requests come as, the one that most policies name first: `authenticated` where policies or grants of
 * the project reach it, and every other role that policies of the project name. If they name none, the roles that hold
 * a grant on a relation of the project, or own one.
 */
export function requestRoles(catalog: Catalog): string[] {
  const isRequest = (name: string): boolean => name !== "anon" && mayRequest(catalog, name);
  const counts = new Map<string, number>();
  for (const policy of catalog.policies)
    if (!isPlatformRelation(catalog, policy))
      for (const name of policy.roles) counts.set(name, (counts.get(name) ?? 0) + 1);
  const named = [...counts].toSorted((a, b) => b[1] - a[1]).map(([name]) => name);
  const found = named.filter(isRequest);
  const isToAll = counts.has("public") || counts.size === 0;
  const reached = isToAll ? otherRoles(catalog, []).filter((name) => isRequest(name)) : [];
  const usual = "authenticated";
  const all = [...(isToAll && catalog.roles.some(({ name }) => name === usual) ? [usual] : []), ...found, ...reached];
  const roles = [...new Set(all)].slice(0, MOST);
  const [first = "postgres"] = catalog.roles.map(({ name }) => name);
  return roles.length > 0 ? roles.toSorted((a, b) => Number(b === usual) - Number(a === usual)) : [first];
}

/** Roles that hold a policy or a grant, or own a relation with row security, and that are subject to row security. */
export function otherRoles(catalog: Catalog, main: readonly string[]): string[] {
  const granted = [
    ...catalog.policies.flatMap(({ roles }) => roles),
    ...catalog.relations.flatMap(({ grants, columnGrants }) =>
      [...grants, ...columnGrants].map(({ grantee }) => grantee),
    ),
    ...catalog.relations.filter(({ rowSecurity }) => rowSecurity).map(({ owner }) => owner),
  ];
  return [...new Set(granted)]
    .filter((name) => !main.includes(name) && name !== "anon" && mayRequest(catalog, name))
    .filter((name) => main.length === 0 || !isMigrating(catalog, name))
    .toSorted();
}

/** True if a role exists, is none of the platform's own, and is subject to row security. */
const mayRequest = (catalog: Catalog, name: string): boolean =>
  !isPlatformRole(catalog, name) &&
  !name.startsWith("pg_") &&
  catalog.roles.some((role) => role.name === name && !isAbove(role));

/**
 * True if a login exists to own objects and to run migrations, and requests do not use it: it owns relations, no policy
 * names it, and no role of requests may become it. Its access to its own relations is no breach between tenants.
 */
function isMigrating(catalog: Catalog, name: string): boolean {
  const { roles, policies, relations } = catalog;
  if (!roles.some((role) => role.name === name && role.login)) return false;
  if (!relations.some(({ owner }) => owner === name)) return false;
  const named = new Set(policies.flatMap((policy) => policy.roles));
  const reached = new Set(["authenticator", "anon", "authenticated", ...named]);
  for (const one of reached)
    for (const group of roles.find((role) => role.name === one)?.memberOf ?? []) reached.add(group);
  return !reached.has(name);
}

/**
 * Such logins that own relations with row security on and not forced: no policy would apply to a request that used one
 * of them.
 */
export function migratingOwners(catalog: Catalog): string[] {
  const loose = catalog.relations.filter(({ rowSecurity, forceRowSecurity }) => rowSecurity && !forceRowSecurity);
  return [...new Set(loose.map(({ owner }) => owner))]
    .filter((name) => !isPlatformRole(catalog, name) && isMigrating(catalog, name))
    .filter((name) => catalog.roles.some((role) => role.name === name && !isAbove(role)))
    .toSorted();
}

const isAbove = (role: Role): boolean => role.superuser || role.bypassRls;
