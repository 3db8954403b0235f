import type { Catalog } from "../pg/catalog.ts";
import { isPlatformRole } from "../pg/platform-objects.ts";
import { boundRoles, heldRoles } from "../pg/role.ts";

/** The roles of Supabase's API. */
const API = ["authenticated", "anon"];

/**
 * The roles that a token of a project may name: those of Supabase's API where they exist, with others that policies
 * name; elsewhere the roles of the policies, or else those that hold a privilege on a relation with policies. With a role
 * come the roles without login that are its members and inherit from it: a token may name any of them. A role that row
 * security does not bind is none of them. Undefined: those of Supabase's API alone, or the database shows none.
 */
export function requestRoles(catalog: Catalog): string[] | undefined {
  const { policies, relations, roles } = catalog;
  const bound = boundRoles(roles);
  const named = policies.flatMap((policy) => policy.roles);
  const granted = relations
    .filter((one) => policies.some(({ schema, relation }) => schema === one.schema && relation === one.name))
    .flatMap(({ grants, columnGrants, owner }) =>
      [...grants, ...columnGrants].flatMap(({ grantee }) => (grantee === owner ? [] : [grantee])),
    );
  const isMember = (name: string, groups: readonly string[]): boolean =>
    [...heldRoles(name, roles)].some((group) => group !== "public" && groups.includes(group));
  const own = (names: readonly string[]): string[] => {
    const members = roles.flatMap(({ name, login }) => (login || !isMember(name, names) ? [] : [name]));
    return [...new Set([...names, ...members])]
      .filter((name) => bound.has(name) && !isPlatformRole(catalog, name))
      .toSorted();
  };
  if (API.every((name) => roles.some((role) => role.name === name))) {
    const others = own(named.filter((name) => !API.includes(name))).filter((name) => !API.includes(name));
    return others.length > 0 ? [...API, ...others] : undefined;
  }
  return [own(named), own(granted)].find(({ length }) => length > 0);
}
