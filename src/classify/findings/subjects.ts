import type { Catalog, Grant, Relation } from "../../pg/catalog.ts";
import { relationOf } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { bypassesRowSecurity, heldRoles } from "../../pg/role.ts";
import type { Reading } from "./reading.ts";

/** The privileges of the commands that a policy applies to. */
const PRIVILEGES = {
  SELECT: ["SELECT"],
  INSERT: ["INSERT"],
  UPDATE: ["UPDATE"],
  DELETE: ["DELETE"],
  ALL: ["SELECT", "INSERT", "UPDATE", "DELETE"],
} as const;

const WRITES = new Set<string>(["INSERT", "UPDATE", "DELETE"]);

/** True if a role has a privilege: by a grant to it, to PUBLIC or to a role that it inherits, or as the owner. */
export function has(
  catalog: Catalog,
  role: string,
  owner: string,
  grants: readonly Grant[],
  privilege: string,
): boolean {
  const held = heldRoles(role, catalog.roles);
  if (held.has(owner) || catalog.roles.some((one) => one.name === role && one.superuser)) return true;
  return grants.some((grant) => grant.privilege === privilege && held.has(grant.grantee));
}

/** The grants on a relation as a whole and on its columns. */
export const grantsOf = (relation: Relation): Grant[] => [...relation.grants, ...relation.columnGrants];

/**
 * The roles whose statements meet a policy: the roles that it names, or, where it is for PUBLIC, the roles that hold a
 * grant; each with a privilege on the relation, and without a way past its row security.
 */
export function subjects(reading: Reading, policy: Policy, writing = false): string[] {
  const { catalog } = reading;
  const relation = reading.relationOf(relationOf(policy));
  if (!relation) return [];
  const grants = grantsOf(relation);
  const names = policy.roles.includes("public") ? grants.map(({ grantee }) => grantee) : policy.roles;
  return [...new Set(names)].filter(
    (role) =>
      !bypassesRowSecurity(relation, role, catalog.roles) &&
      PRIVILEGES[policy.command].some(
        (privilege) => (!writing || WRITES.has(privilege)) && has(catalog, role, relation.owner, grants, privilege),
      ),
  );
}
