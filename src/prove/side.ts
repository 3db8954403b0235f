import type { Catalog, PgFunction, Relation, Role } from "../pg/catalog.ts";
import { groupBy } from "../pg/group-by.ts";
import { nameKey, relationKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import type { Policy, PolicyCommand } from "../pg/policy.ts";
import { isDomain, typesOf, type Types } from "./encode/types.ts";

/** A catalog as the prover asks it: by name, by role. One for each side of a comparison. */
export interface Side {
  catalog: Catalog;
  types: Types;
  isDomain(type: string): boolean;
  relation(name: QualifiedName): Relation | undefined;
  relationByKey(key: NameKey): Relation | undefined;
  /** All overloads. */
  functions(name: QualifiedName): readonly PgFunction[];
  policiesOn(relation: Relation): readonly Policy[];
  /** Policies that Postgres applies to a command of a role: by their command, and by roles that it inherits. */
  policies(relation: Relation, command: Exclude<PolicyCommand, "ALL">, role: string): readonly Policy[];
  /**
   * Row security does not apply: it is off, or the role is a superuser, has BYPASSRLS, or owns the relation without
   * FORCE.
   */
  bypasses(relation: Relation, role: string): boolean;
  /** Row security never binds the role here: a superuser, BYPASSRLS, or the owner without FORCE. */
  isAbove(relation: Relation, role: string): boolean;
  /** The role is the other one, inherits from it, or is a superuser: what pg_has_role(…, 'USAGE') tells. */
  hasPrivilegesOf(role: string, other: string): boolean;
  /** The role may use the command on the relation, or on some of its columns. */
  hasPrivilege(relation: Relation, privilege: string, role: string): boolean;
  mayExecute(fn: PgFunction, role: string): boolean;
}

export function newSide(catalog: Catalog): Side {
  const relations = new Map(catalog.relations.map((relation) => [nameKey(relation), relation]));
  const functions = groupBy(catalog.functions, nameKey);
  const policies = groupBy(catalog.policies, relationKey);
  const roles = new Map(catalog.roles.map((role) => [role.name, role]));
  const inherited = new Map<string, ReadonlySet<string>>();

  /**
   * The role itself and those whose privileges it has: memberships count where the role inherits (NOINHERIT does not).
   */
  const privilegesOf = (name: string): ReadonlySet<string> => {
    const known = inherited.get(name);
    if (known) return known;
    const all = new Set([name]);
    for (const member of all) {
      const role = roles.get(member);
      if (role?.inherit) for (const parent of role.memberOf) all.add(parent);
    }
    inherited.set(name, all);
    return all;
  };
  const isSuper = (name: string): boolean => roles.get(name)?.superuser === true;
  const granted = (
    grants: readonly { grantee: string; privilege: string }[],
    privilege: string,
    role: string,
  ): boolean =>
    grants.some(
      (grant) => grant.privilege === privilege && (grant.grantee === "public" || privilegesOf(role).has(grant.grantee)),
    );

  const isAbove = (relation: Relation, role: string): boolean => {
    const found: Role | undefined = roles.get(role);
    if (found?.superuser || found?.bypassRls) return true;
    return !relation.forceRowSecurity && privilegesOf(role).has(relation.owner);
  };

  return {
    catalog,
    types: typesOf(catalog.types),
    isDomain: (type) => isDomain(catalog.types, type),
    relation: (name) => relations.get(nameKey(name)),
    relationByKey: (key) => relations.get(key),
    functions: (name) => functions.get(nameKey(name)) ?? [],
    policiesOn: (relation) => policies.get(nameKey(relation)) ?? [],
    policies: (relation, command, role) =>
      (policies.get(nameKey(relation)) ?? []).filter(
        (policy) =>
          (policy.command === "ALL" || policy.command === command) &&
          policy.roles.some((named) => named === "public" || privilegesOf(role).has(named)),
      ),
    bypasses: (relation, role) => !relation.rowSecurity || isAbove(relation, role),
    isAbove,
    hasPrivilegesOf: (role, other) => isSuper(role) || privilegesOf(role).has(other),
    hasPrivilege: (relation, privilege, role) =>
      isSuper(role) || granted(relation.grants, privilege, role) || granted(relation.columnGrants, privilege, role),
    mayExecute: (fn, role) => isSuper(role) || fn.grants.length === 0 || granted(fn.grants, "EXECUTE", role),
  };
}
