import type { Catalog } from "../pg/catalog.ts";
import type { Dependencies } from "../pg/dependencies.ts";
import { functionKey, nameKey, relationOf, type QualifiedName } from "../pg/name.ts";
import { isPlatformFunction, isPlatformRelation } from "../pg/platform-objects.ts";
import { API_ROLES } from "../pg/platform-roles.ts";
import { isOnPlatform, isPlatformSchema } from "../pg/platform-schemas.ts";
import { accessLike, isTheirRole, type Theirs } from "./comparable-access.ts";

/** A catalog, and whether it was read from a scratch database: those have a stand-in of the platform. */
export interface Origin {
  catalog: Catalog;
  isScratch: boolean;
  /** roles that the files name and do not create, which a scratch database has without attributes */
  rolesMade: readonly string[];
  /** the platform ended its default grants between two of the files */
  defaultsEnded: boolean;
}

/**
 * Both catalogs, with the platform's own objects and roles only where both sides are on the platform and of the same
 * kind. Otherwise those of the live database, or of the database that is on no platform, are taken for both: what a
 * stand-in has of its own says nothing about the project.
 */
export function comparable(before: Origin, after: Origin): { before: Catalog; after: Catalog } {
  const [first, second] = withoutMaintain(before.catalog, after.catalog);
  const differ = before.isScratch !== after.isScratch;
  if (differ) {
    const [one, two] = [ranked(populated(first)), ranked(populated(second))];
    return before.isScratch
      ? { before: alike(one, two, before.rolesMade), after: two }
      : { before: one, after: alike(two, one, after.rolesMade) };
  }
  // that a file of one side is of a later day than the platform's change does not make it a change of the project
  if (before.defaultsEnded !== after.defaultsEnded)
    return before.defaultsEnded
      ? { before: first, after: withoutDefaultGrants(second) }
      : { before: withoutDefaultGrants(first), after: second };
  if (isOnPlatform(first) === isOnPlatform(second)) return { before: first, after: second };
  return isOnPlatform(first)
    ? { before: alike(first, second, null), after: second }
    : { before: first, after: alike(second, first, null) };
}

/** Whether a materialized view has been refreshed is a fact about rows, which files do not have. */
const populated = (catalog: Catalog): Catalog =>
  catalog.dependencies
    ? {
        ...catalog,
        dependencies: {
          ...catalog.dependencies,
          relations: catalog.dependencies.relations.map((one) => ({
            ...one,
            definition: one.definition?.replace(/\n-- WITH NO DATA$/, "") ?? null,
          })),
        },
      }
    : catalog;

/** Columns by their order: a database that was restored from a dump has no numbers of columns that were dropped. */
const ranked = (catalog: Catalog): Catalog =>
  catalog.access
    ? {
        ...catalog,
        access: {
          ...catalog.access,
          columnNumbers: catalog.access.columnNumbers.map((relation) => ({
            ...relation,
            columns: relation.columns.map(({ name }, place) => ({ name, number: place + 1 })),
          })),
        },
      }
    : catalog;

/** Without default privileges of the API roles in schema public, as the platform ended them: those of its own login stay. */
const withoutDefaultGrants = (catalog: Catalog): Catalog =>
  catalog.access
    ? {
        ...catalog,
        access: {
          ...catalog.access,
          defaultPrivileges: catalog.access.defaultPrivileges.map((one) =>
            one.schema === "public" && one.creator !== "supabase_admin"
              ? { ...one, grants: one.grants.filter(({ grantee }) => !API_ROLES.has(grantee)) }
              : one,
          ),
        },
      }
    : catalog;

/** Schemas of the platform in which projects write policies. */
const POLICIES_OF_PROJECTS: ReadonlySet<string> = new Set(["storage", "realtime"]);

/** `rolesMade`: of a scratch database that is compared with a live one; null where both are of the same kind. */
function alike(own: Catalog, given: Catalog, rolesMade: readonly string[] | null): Catalog {
  const isStandIn = rolesMade !== null;
  const both = isOnPlatform(given);
  const isTheirs = (relation: QualifiedName): boolean => isPlatformRelation(own, relation);
  const isOfSchema = ({ schema }: { schema: string }): boolean => isPlatformSchema(own, schema);
  const replaced = <T>(
    mine: readonly T[],
    other: readonly T[],
    isPlatforms: (one: T) => boolean,
    keyOf: (one: T) => string,
  ): T[] => {
    const removed = new Set(mine.filter(isPlatforms).map(keyOf));
    const kept = mine.filter((one) => !isPlatforms(one));
    const names = new Set(kept.map(keyOf));
    const theirs = other.filter((one) => !names.has(keyOf(one)) && (both ? isPlatforms(one) : removed.has(keyOf(one))));
    return [...kept, ...theirs].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0));
  };
  const theirs: Theirs = { isTheirs, isOfSchema, isStandIn, replaced };
  const onTheirs = (one: { schema: string; relation: string }): boolean => isTheirs(relationOf(one));
  const onKey = (one: { schema: string; relation: string; name: string }): string =>
    JSON.stringify([one.schema, one.relation, one.name]);
  const roles = replaced(
    own.roles,
    given.roles,
    ({ name }) => isTheirRole(name) || (rolesMade ?? []).includes(name),
    ({ name }) => name,
  );
  if (isStandIn) addRolesOf(given, roles);
  const known = new Set([...roles.map(({ name }) => name), "public"]);
  const made: Catalog = {
    ...own,
    relations: replaced(own.relations, given.relations, isTheirs, nameKey),
    policies: replaced(
      own.policies,
      given.policies,
      (policy) => onTheirs(policy) && !(both && POLICIES_OF_PROJECTS.has(policy.schema)),
      onKey,
    ),
    functions: replaced(own.functions, given.functions, (fn) => isPlatformFunction(own, fn), functionKey),
    triggers: replaced(
      own.triggers,
      given.triggers,
      (trigger) => onTheirs(trigger) && isPlatformFunction(own, trigger.function),
      onKey,
    ),
    types: replaced(own.types, given.types, isOfSchema, nameKey),
    roles,
    ...(own.rules && given.rules ? { rules: replaced(own.rules, given.rules, onTheirs, onKey) } : {}),
    ...(own.schemas && given.schemas
      ? {
          schemas: replaced(
            own.schemas,
            given.schemas,
            ({ name }) => isPlatformSchema(own, name),
            ({ name }) => name,
          ).map((schema) => {
            const other = given.schemas?.find(({ name }) => name === schema.name);
            if (both || !other || schema.name !== "public") return schema;
            // the stand-in grants USAGE on it to roles of the platform
            const theirs = other.grants.filter(({ grantee }) => isTheirRole(grantee));
            return { ...other, grants: [...schema.grants.filter(({ grantee }) => !isTheirRole(grantee)), ...theirs] };
          }),
        }
      : {}),
    ...(own.dependencies && given.dependencies
      ? { dependencies: dependenciesLike(own.dependencies, given.dependencies, theirs) }
      : {}),
    ...(own.access && given.access ? { access: accessLike(own.access, given.access, theirs) } : {}),
  };
  return withOwnerOf(given, withGranteesAmong(known, made), isStandIn);
}

/** Files seldom create the logins of a server, and a server may have those of other databases. */
function addRolesOf(given: Catalog, roles: Catalog["roles"]): void {
  const names = new Set(roles.map(({ name }) => name));
  roles.push(...given.roles.filter(({ name }) => !names.has(name)));
  roles.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const dependenciesLike = (
  own: Dependencies,
  given: Dependencies,
  { isTheirs, isOfSchema, replaced }: Theirs,
): Dependencies => ({
  relations: replaced(own.relations, given.relations, isTheirs, nameKey),
  columns: replaced(own.columns, given.columns, isTheirs, (one) => JSON.stringify([nameKey(one), one.column])),
  functions: replaced(own.functions, given.functions, isOfSchema, functionKey),
  operators: replaced(own.operators, given.operators, isOfSchema, (one) =>
    JSON.stringify([nameKey(one), one.left, one.right]),
  ),
  casts: own.casts,
  collations: replaced(own.collations, given.collations, isOfSchema, nameKey),
  ...(own.textSearch && given.textSearch
    ? { textSearch: replaced(own.textSearch, given.textSearch, isOfSchema, nameKey) }
    : {}),
  types: replaced(own.types, given.types, isOfSchema, nameKey),
});

/** Grants to roles of the platform that the other side has not are none of the project's. */
const withGranteesAmong = (known: ReadonlySet<string>, catalog: Catalog): Catalog =>
  revived(catalog, (key, value) =>
    (key === "grants" || key === "columnGrants") && Array.isArray(value)
      ? value.filter(({ grantee }: { grantee: string }) => known.has(grantee) || !isTheirRole(grantee))
      : value,
  );

/** Objects of a scratch database belong to its login: those of the same names, to the role that owns them on the other side. */
function withOwnerOf(given: Catalog, catalog: Catalog, isStandIn: boolean): Catalog {
  if (!isStandIn) return catalog;
  const owners = new Map(given.relations.map((relation) => [nameKey(relation), relation.owner]));
  const pairs = catalog.relations
    .filter(({ owner }) => !given.relations.some((relation) => relation.owner === owner))
    .flatMap((relation) => {
      const other = owners.get(nameKey(relation));
      return other === undefined ? [] : [{ login: relation.owner, other }];
    });
  const [first] = pairs;
  if (!first || pairs.some(({ login, other }) => login !== first.login || other !== first.other)) return catalog;
  return revived(catalog, (key, value) =>
    (key === "owner" || key === "grantee") && value === first.login ? first.other : value,
  );
}

const revived = (catalog: Catalog, revive: (key: string, value: unknown) => unknown): Catalog =>
  JSON.parse(JSON.stringify(catalog), revive) as Catalog; // a catalog is plain data

/** PostgreSQL 17 introduced the privilege MAINTAIN: an owner of an earlier server does not lack it. */
function withoutMaintain(before: Catalog, after: Catalog): [Catalog, Catalog] {
  const straddle = before.serverVersion >= 170_000 !== after.serverVersion >= 170_000;
  if (!straddle) return [before, after];
  const without = (catalog: Catalog): Catalog =>
    revived(catalog, (key, value) =>
      key === "grants" && Array.isArray(value)
        ? value.filter(({ privilege }: { privilege: string }) => privilege !== "MAINTAIN")
        : value,
    );
  return [without(before), without(after)];
}
