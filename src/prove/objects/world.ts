import type { AccessFacts, ColumnGrants, ViewFacts } from "../../pg/access-facts.ts";
import type { Catalog, PgFunction, Relation } from "../../pg/catalog.ts";
import type { Grant } from "../../pg/grant.ts";
import { groupBy } from "../../pg/group-by.ts";
import { functionKey, nameKey, type NameKey } from "../../pg/name.ts";
import { isPlatformRole } from "../../pg/platform-objects.ts";
import { roleForAllData } from "../../pg/predefined-roles.ts";
import { newSide, type Side } from "../side.ts";
import { describe, objectKey, type Described, type ObjectKey } from "../uses.ts";

/** One side of the comparison of objects. */
export interface World {
  side: Side;
  catalog: Catalog;
  facts: AccessFacts;
  described: ReadonlyMap<ObjectKey, Described>;
  relationOf: ReadonlyMap<ObjectKey, Relation>;
  functionsOf: ReadonlyMap<ObjectKey, readonly PgFunction[]>;
  viewFacts: ReadonlyMap<NameKey, ViewFacts>;
  columnGrants: ReadonlyMap<NameKey, readonly ColumnGrants[]>;
  /** the query of a view or a materialized view, the bound of a partition, the digest of a foreign table */
  definition(relation: NameKey): string | null;
  parents(relation: NameKey): readonly NameKey[];
  functionsByKey: ReadonlyMap<NameKey, readonly PgFunction[]>;
  /** what an aggregate consists of, as text */
  aggregate(fn: PgFunction): string | null;
}

const NO_FACTS: AccessFacts = {
  sequences: [],
  views: [],
  columns: [],
  defaultPrivileges: [],
  publications: [],
  servers: [],
  userMappings: [],
  eventTriggers: [],
  extensions: [],
  constraints: [],
  settings: [],
  uniqueIndexes: [],
  otherGrants: [],
  types: [],
  columnNumbers: [],
  createdInOrder: [],
  attributes: [],
};

export function worldOf(catalog: Catalog): World {
  const definitions = new Map((catalog.dependencies?.relations ?? []).map((one) => [nameKey(one), one]));
  const aggregates = new Map((catalog.dependencies?.functions ?? []).map((one) => [functionKey(one), one.aggregate]));
  return {
    side: newSide(catalog),
    catalog,
    facts: { ...NO_FACTS, ...catalog.access },
    described: describe(catalog),
    relationOf: new Map(
      catalog.relations.map((relation) => [objectKey({ kind: "relation", name: nameKey(relation) }), relation]),
    ),
    functionsByKey: groupBy(catalog.functions, nameKey),
    aggregate: (fn) => aggregates.get(functionKey(fn)) ?? null,
    functionsOf: groupBy(catalog.functions, (fn) => objectKey({ kind: "function", name: nameKey(fn) })),
    viewFacts: new Map((catalog.access?.views ?? []).map((view) => [nameKey(view), view])),
    columnGrants: groupBy(catalog.access?.columns ?? [], nameKey),
    definition: (relation) => definitions.get(relation)?.definition ?? null,
    parents: (relation) => definitions.get(relation)?.parents.map(nameKey) ?? [],
  };
}

/** Both sides, and the roles that the comparison is about. */
export interface Worlds {
  before: World;
  after: World;
  roles: readonly string[];
}

export function worldsOf(before: Catalog, after: Catalog): Worlds {
  const unread = partsOfOne(before, after);
  const [first, second] = [worldWithout(unread, before), worldWithout(unread, after)];
  const names = new Set([...before.roles, ...after.roles].map(({ name }) => name));
  const roles = [...names].filter((name) => isBound(first, name) && isBound(second, name)).toSorted();
  return { before: first, after: second, roles: ["public", ...roles] };
}

/** Parts of the facts about access that one catalog lacks: it is of an earlier version, and was read from a file. */
export const partsOfOne = (before: Catalog, after: Catalog): (keyof AccessFacts)[] =>
  before.access && after.access
    ? PARTS.filter((part) => Object.hasOwn(before.access ?? {}, part) !== Object.hasOwn(after.access ?? {}, part))
    : [];

// the keys of the facts, all of them
const PARTS = Object.keys(NO_FACTS) as (keyof AccessFacts)[];

/** What only one side knows is no difference. */
const worldWithout = (unread: readonly (keyof AccessFacts)[], catalog: Catalog): World =>
  worldOf(
    catalog.access
      ? { ...catalog, access: { ...catalog.access, ...Object.fromEntries(unread.map((part) => [part, []])) } }
      : catalog,
  );

/** Row security binds the role, or would, and it is none of the platform's own. */
export function isBound({ catalog }: World, role: string): boolean {
  const found = catalog.roles.find(({ name }) => name === role);
  return !(found?.superuser === true || found?.bypassRls === true) && !isPlatformRole(catalog, role);
}

/** The roles without those that have it by another of them: one line of a report says it for all. */
export function withoutHeirs({ side }: World, roles: readonly string[]): string[] {
  if (roles.includes("public")) return ["public"];
  return roles.filter((role) => !roles.some((other) => other !== role && side.hasPrivilegesOf(role, other)));
}

/**
 * The privilege is among the grants, for the role, for PUBLIC, or for a role that it inherits from; or a predefined role
 * has it on everything.
 */
export function holds({ side }: World, grants: readonly Grant[], privilege: string, role: string): boolean {
  const ofAll = roleForAllData(privilege);
  return (
    (ofAll !== null && side.hasPrivilegesOf(role, ofAll)) ||
    grants.some(
      (grant) =>
        grant.privilege === privilege && (grant.grantee === "public" || side.hasPrivilegesOf(role, grant.grantee)),
    )
  );
}

/** The role reaches every row of the relation by itself. */
export function reachesAll(world: World, relation: Relation, privilege: string, role: string): boolean {
  const { side } = world;
  return (
    side.mayUse(relation.schema, role) &&
    (holds(world, relation.grants, privilege, role) || side.hasPrivilegesOf(role, relation.owner)) &&
    side.bypasses(relation, role)
  );
}

/** Elements of two lists by a key: pairs, those of the first list alone, and those of the second alone. */
export function matched<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (one: T) => string,
): { both: { was: T; is: T }[]; gone: T[]; added: T[] } {
  const second = new Map(after.map((one) => [keyOf(one), one]));
  const first = new Set(before.map(keyOf));
  return {
    both: before.flatMap((was) => {
      const is = second.get(keyOf(was));
      return is === undefined ? [] : [{ was, is }];
    }),
    gone: before.filter((one) => !second.has(keyOf(one))),
    added: after.filter((one) => !first.has(keyOf(one))),
  };
}

/** The same apart from comments. */
export const sameText = (was: unknown, is: unknown): boolean => textOf(was) === textOf(is);

const textOf = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === "comment" ? undefined : inner));
