import type { Catalog } from "../pg/catalog.ts";
import { boundRoles } from "../pg/role.ts";

/** The roles of Supabase's API. */
const API = ["authenticated", "anon"];

/**
 * The roles that a token of a project may name: those of Supabase's API where they exist; elsewhere the roles of the
 * policies, or else those that hold a privilege on a relation with policies. A role that row security does not bind is
 * none of them. Undefined: the database shows none.
 */
export function requestRoles({ policies, relations, roles }: Catalog): string[] | undefined {
  if (API.every((name) => roles.some((role) => role.name === name))) return undefined;
  const bound = boundRoles(roles);
  const named = policies.flatMap((policy) => policy.roles);
  const granted = relations
    .filter((one) => policies.some(({ schema, relation }) => schema === one.schema && relation === one.name))
    .flatMap(({ grants, owner }) => grants.flatMap(({ grantee }) => (grantee === owner ? [] : [grantee])));
  const own = (names: readonly string[]): string[] => [...new Set(names.filter((name) => bound.has(name)))].toSorted();
  return [own(named), own(granted)].find(({ length }) => length > 0);
}
