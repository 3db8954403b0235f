import type { Catalog, PgFunction, Relation, Role } from "../pg/catalog.ts";
import type { Definition } from "../pg/dependencies.ts";
import { groupBy } from "../pg/group-by.ts";
import { columnKey, nameKey, relationKey, type NameKey, type QualifiedName } from "../pg/name.ts";
import type { Policy, PolicyCommand } from "../pg/policy.ts";
import { roleForAllData, USAGE_OF_ALL_SCHEMAS } from "../pg/predefined-roles.ts";
import { isDomain, typesOf, userTypeOf, type TypeModel, type Types } from "./encode/types.ts";

/** A catalog as the prover asks it: by name, by role. One for each side of a comparison. */
export interface Side {
  catalog: Catalog;
  types: Types;
  /** the user-defined type that a printed type is, or is an array of; null for types of pg_catalog */
  userType(printed: string): NameKey | null;
  isDomain(type: string): boolean;
  relation(name: QualifiedName): Relation | undefined;
  relationByKey(key: NameKey): Relation | undefined;
  /** the user-defined types of a bare name, in any schema */
  typesNamed(name: string): readonly NameKey[];
  /** the relations of a bare name, in any schema */
  relationsNamed(name: string): readonly Relation[];
  /** the functions of a bare name, in any schema */
  functionsNamed(name: string): readonly PgFunction[];
  /** A bare name may be one of a function of pg_catalog or of one in another schema. */
  sharesName(name: string): boolean;
  /** Expressions over built-in types may mean an operator of this name that is not one of pg_catalog. */
  hasOperator(name: string): boolean;
  /** the schema of the extension citext; null without it */
  citextSchema: string | null;
  /** a cast to the type runs a function that CREATE CAST declared */
  hasCastTo(model: TypeModel): boolean;
  /** The query of a view, as pg_get_viewdef prints it; null where it is not known. */
  viewDefinition(view: Relation): string | null;
  /** Rows come from other relations by INHERITS, or go to one. */
  inherits(relation: Relation): boolean;
  /** The role has USAGE on the schema, or nothing is known of that. */
  mayUse(schema: string, role: string): boolean;
  /** The role may read all columns. */
  mayReadAll(relation: Relation, role: string): boolean;
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

export function newSide(given: Catalog): Side {
  const catalog = withCollations(given);
  const relations = new Map(catalog.relations.map((relation) => [nameKey(relation), relation]));
  const functions = groupBy(catalog.functions, nameKey);
  const policies = groupBy(catalog.policies, relationKey);
  const relationsByName = groupBy(catalog.relations, ({ name }) => name);
  const functionsByName = groupBy(catalog.functions, ({ name }) => name);
  const { dependencies } = catalog;
  const typesByName = groupBy<string, QualifiedName>(dependencies?.types ?? catalog.types, ({ name }) => name);
  const shared = new Set(dependencies?.functions.flatMap((fn) => (fn.sharesName ? [fn.name] : [])));
  const operators = new Set(dependencies?.operators.map(({ name }) => name));
  const heirs = new Set(
    dependencies?.relations.flatMap((one) => {
      const { partitionOf = null, kind } = relations.get(nameKey(one)) ?? {};
      const isQuery = kind === "view" || kind === "materialized view";
      return partitionOf === null && !isQuery ? [one, ...one.parents].map(nameKey) : [];
    }),
  );
  const definitions = new Map(dependencies?.relations.map((one) => [nameKey(one), one.definition]));
  const collated = new Set(dependencies?.types.filter(({ definition }) => isCollated(definition)).map(nameKey));
  const citext = dependencies?.types.find(isCitext) ?? null;
  const types = typesOf(catalog.types, collated, citext && nameKey(citext));
  const casts = (dependencies?.casts ?? []).flatMap(({ method, target }) =>
    method === "function" ? [JSON.stringify(types(target))] : [],
  );
  const schemas = new Map((catalog.schemas ?? []).map((schema) => [schema.name, schema]));
  const roles = new Map(catalog.roles.map((role) => [role.name, role]));
  const inherited = new Map<string, ReadonlySet<string>>();

  /**
   * The role itself and those whose privileges it has: memberships count where the role inherits (NOINHERIT, or INHERIT FALSE of a membership, does not).
   */
  const privilegesOf = (name: string): ReadonlySet<string> => {
    const known = inherited.get(name);
    if (known) return known;
    const all = new Set([name]);
    for (const member of all) {
      const role = roles.get(member);
      // since PostgreSQL 16 each membership says whether it inherits
      if (role?.inheritsFrom) {
        for (const parent of role.inheritsFrom) all.add(parent);
        continue;
      }
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

  const hasAllData = (privilege: string, role: string): boolean => {
    const needed = roleForAllData(privilege);
    return needed !== null && privilegesOf(role).has(needed);
  };

  const isAbove = (relation: Relation, role: string): boolean => {
    const found: Role | undefined = roles.get(role);
    if (found?.superuser || found?.bypassRls) return true;
    return !relation.forceRowSecurity && privilegesOf(role).has(relation.owner);
  };

  return {
    catalog,
    types,
    userType: (printed) => userTypeOf(printed),
    typesNamed: (name) => typesByName.get(name)?.map(nameKey) ?? [],
    relationsNamed: (name) => relationsByName.get(name) ?? [],
    functionsNamed: (name) => functionsByName.get(name) ?? [],
    sharesName: (name) => shared.has(name),
    hasOperator: (name) => operators.has(name),
    citextSchema: citext?.schema ?? null,
    hasCastTo: (model) => casts.includes(JSON.stringify(model)),
    viewDefinition: (view) => (view.kind === "view" ? (definitions.get(nameKey(view)) ?? null) : null),
    inherits: (relation) => heirs.has(nameKey(relation)),
    mayUse: (name, role) => {
      const schema = schemas.get(name);
      const isOwner = schema !== undefined && privilegesOf(role).has(schema.owner);
      const ofAll = USAGE_OF_ALL_SCHEMAS.some((one) => privilegesOf(role).has(one));
      return schema === undefined || isOwner || isSuper(role) || ofAll || granted(schema.grants, "USAGE", role);
    },
    mayReadAll: (relation, role) =>
      isSuper(role) || hasAllData("SELECT", role) || granted(relation.grants, "SELECT", role),
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
      isSuper(role) ||
      hasAllData(privilege, role) ||
      granted(relation.grants, privilege, role) ||
      granted(relation.columnGrants, privilege, role),
    mayExecute: (fn, role) => isSuper(role) || fn.grants.length === 0 || granted(fn.grants, "EXECUTE", role),
  };
}

/** A column of a collation that is not its type's default is of a type of its own: equality and order may be others. */
function withCollations(catalog: Catalog): Catalog {
  const collations = new Map(
    (catalog.dependencies?.columns ?? []).flatMap((one): [string, string][] =>
      one.collation === null ? [] : [[columnKey(one, one.column), one.collation]],
    ),
  );
  if (collations.size === 0) return catalog;
  return {
    ...catalog,
    relations: catalog.relations.map((relation) => ({
      ...relation,
      columns: relation.columns.map((column) => {
        const collation = collations.get(columnKey(relation, column.name));
        return collation === undefined ? column : { ...column, type: `${column.type} COLLATE ${collation}` };
      }),
    })),
  };
}

/** A domain whose collation is not the one of its base type (the last part of what the query of dependencies tells of it). */
function isCollated(definition: string): boolean {
  const [, , , domain] = JSON.parse(definition) as [unknown, unknown, unknown, unknown[] | null];
  return typeof domain?.[3] === "string";
}

/** The type of the extension, which only a superuser or the owner of a trusted extension makes. */
function isCitext({ name, definition }: Definition): boolean {
  const [, extension] = JSON.parse(definition) as [unknown, [name: string, version: string] | null];
  return name === "citext" && extension?.[0] === "citext";
}
