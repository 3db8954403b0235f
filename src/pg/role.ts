import type { Relation, Role } from "./catalog.ts";

/**
 * The roles whose privileges and policies apply to a role: itself, PUBLIC, and the roles that it is a member of,
 * directly or not, as long as it inherits. (From PostgreSQL 16 on each membership says by itself whether it inherits;
 * the role's own attribute is the default of its memberships.)
 */
export function heldRoles(name: string, roles: readonly Role[]): ReadonlySet<string> {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const held = new Set([name]);
  // `held` grows during the loop.
  for (const one of held) {
    const role = byName.get(one);
    if (role?.inherit) for (const group of role.memberOf) held.add(group);
  }
  return held.add("public");
}

/** The roles that row security can bind: neither superusers nor with BYPASSRLS (PostgreSQL manual, 5.9). */
export const boundRoles = (roles: readonly Role[]): ReadonlySet<string> =>
  new Set(roles.filter(({ superuser, bypassRls }) => !superuser && !bypassRls).map(({ name }) => name));

/**
 * True if row security of a relation does not apply to a role: a superuser, a role with BYPASSRLS, and the owner
 * without FORCE (PostgreSQL manual, 5.9). A role that inherits from the owner counts as the owner (check_enable_rls,
 * object_ownercheck).
 */
export function bypassesRowSecurity(relation: Relation, name: string, roles: readonly Role[]): boolean {
  const role = roles.find((one) => one.name === name);
  if (role?.superuser || role?.bypassRls) return true;
  return role !== undefined && !relation.forceRowSecurity && heldRoles(name, roles).has(relation.owner);
}
