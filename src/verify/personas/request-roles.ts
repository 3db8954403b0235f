import type { Catalog, Role } from "../../pg/catalog.ts";

/** `authenticated`, else the first role that policies name. */
export function requestRole(catalog: Catalog): string {
  const existing = new Set(catalog.roles.map(({ name }) => name));
  if (existing.has("authenticated")) return "authenticated";
  const named = catalog.policies
    .flatMap(({ roles }) => roles)
    .filter((name) => name !== "public" && existing.has(name));
  return named[0] ?? otherRoles(catalog, "")[0] ?? [...existing][0] ?? "postgres";
}

/** Roles that hold a policy or a grant, or own a relation with row security, and that are subject to row security. */
export function otherRoles(catalog: Catalog, main: string): string[] {
  const granted = [
    ...catalog.policies.flatMap(({ roles }) => roles),
    ...catalog.relations.flatMap(({ grants, columnGrants }) =>
      [...grants, ...columnGrants].map(({ grantee }) => grantee),
    ),
    ...catalog.relations.filter(({ rowSecurity }) => rowSecurity).map(({ owner }) => owner),
  ];
  return [...new Set(granted)]
    .filter((name) => name !== main && name !== "anon" && !PLATFORM_ROLES.has(name) && !name.startsWith("pg_"))
    .filter((name) => catalog.roles.some((role) => role.name === name && !isAbove(role)))
    .filter((name) => main === "" || !isMigrating(catalog, name))
    .toSorted();
}

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
    .filter((name) => !PLATFORM_ROLES.has(name) && isMigrating(catalog, name))
    .filter((name) => catalog.roles.some((role) => role.name === name && !isAbove(role)))
    .toSorted();
}

const isAbove = (role: Role): boolean => role.superuser || role.bypassRls;

/** Roles of Supabase that requests do not use. */
const PLATFORM_ROLES = new Set([
  "postgres",
  "service_role",
  "authenticator",
  "dashboard_user",
  "pgbouncer",
  "supabase_admin",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "supabase_replication_admin",
  "supabase_read_only_user",
  "supabase_realtime_admin",
  "supabase_functions_admin",
  "supabase_etl_admin",
]);
