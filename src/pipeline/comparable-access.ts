import type { AccessFacts, ObjectAttribute, OtherGrants } from "../pg/access-facts.ts";
import type { Grant } from "../pg/grant.ts";
import { nameKey, relationOf, type QualifiedName } from "../pg/name.ts";
import { PLATFORM_ROLES } from "../pg/platform-roles.ts";

/** Roles of the platform, those of requests too. */
export const isTheirRole = (name: string): boolean =>
  PLATFORM_ROLES.has(name) || name === "anon" || name === "authenticated";

/** What belongs to the platform, and how the other side's is put in its place. */
export interface Theirs {
  isTheirs(one: QualifiedName): boolean;
  isOfSchema(one: { schema: string }): boolean;
  isStandIn: boolean;
  replaced: Replace;
}

export type Replace = <T>(
  mine: readonly T[],
  other: readonly T[],
  isPlatforms: (one: T) => boolean,
  keyOf: (one: T) => string,
) => T[];

/** The facts about access of one side, with the platform's own as the other side has them. */
export const accessLike = (
  own: AccessFacts,
  given: AccessFacts,
  { isTheirs, isOfSchema, isStandIn, replaced }: Theirs,
): AccessFacts => ({
  ...own,
  sequences: replaced(own.sequences, given.sequences, isOfSchema, nameKey),
  views: replaced(own.views, given.views, isTheirs, nameKey),
  columns: replaced(own.columns, given.columns, isTheirs, (one) => JSON.stringify([nameKey(one), one.column])),
  constraints: replaced(
    own.constraints,
    given.constraints,
    (one) => isTheirs(relationOf(one)),
    (one) => JSON.stringify([one.schema, one.relation, one.name]),
  ),
  uniqueIndexes: replaced(
    own.uniqueIndexes,
    given.uniqueIndexes,
    (one) => isTheirs(relationOf(one)),
    (one) => JSON.stringify([one.schema, one.relation, one.name]),
  ),
  otherGrants: isStandIn ? withGrantsOf(given.otherGrants, own.otherGrants) : own.otherGrants,
  types: replaced(own.types, given.types, isOfSchema, nameKey),
  columnNumbers: replaced(own.columnNumbers, given.columnNumbers, isTheirs, nameKey),
  // a database that was restored from a dump has them in another order than its files
  createdInOrder: isStandIn ? given.createdInOrder : own.createdInOrder,
  attributes: attributesLike(own.attributes, given.attributes, isOfSchema, isStandIn),
  // files seldom set what a server's sessions begin with
  settings: isStandIn
    ? given.settings
    : replaced(
        own.settings,
        given.settings,
        ({ role }) => role === null || isTheirRole(role),
        ({ role, ofDatabase, name }) => JSON.stringify([role, ofDatabase, name]),
      ),
  // a stand-in has default privileges, extensions and event triggers of its own, and lacks those of the platform
  ...(isStandIn
    ? {
        defaultPrivileges: given.defaultPrivileges,
        extensions: given.extensions,
        eventTriggers: given.eventTriggers,
        publications: replaced(
          own.publications,
          given.publications,
          ({ name }) => name.startsWith("supabase"),
          ({ name }) => name,
        ),
      }
    : {
        defaultPrivileges: replaced(
          own.defaultPrivileges,
          given.defaultPrivileges,
          ({ creator, schema }) => isTheirRole(creator) || (schema !== null && isOfSchema({ schema })),
          ({ creator, schema, objects }) => JSON.stringify([creator, schema, objects]),
        ),
      }),
});

/** Attributes of what a server has and files seldom make, and of what belongs to the platform, are taken from the other side. */
function attributesLike(
  own: readonly ObjectAttribute[],
  given: readonly ObjectAttribute[],
  isOfSchema: (one: { schema: string }) => boolean,
  isStandIn: boolean,
): ObjectAttribute[] {
  const keyOf = ({ kind, name, attribute }: ObjectAttribute): string => JSON.stringify([kind, name, attribute]);
  const isTheirs = ({ kind, schema, object, name, attribute }: ObjectAttribute): boolean =>
    (schema !== null && isOfSchema({ schema })) ||
    (kind === "role" && isTheirRole(object ?? name)) ||
    // row security of what an extension creates
    (isStandIn && (OF_SERVER.has(kind) || attribute === "row security" || attribute === "owner"));
  const mine = own.filter((one) => !isTheirs(one));
  const names = new Set(mine.map(keyOf));
  // what files say of a role counts
  const theirs = given.filter((one) => isTheirs(one) || (isStandIn && one.kind === "role"));
  return [...mine, ...theirs.filter((one) => !names.has(keyOf(one)))].toSorted((a, b) =>
    keyOf(a) < keyOf(b) ? -1 : 1,
  );
}

/** Kinds of objects that extensions and administrators make. */
const OF_SERVER: ReadonlySet<ObjectAttribute["kind"]> = new Set([
  "function",
  "operator family",
  "access method",
  "language",
  "database",
  "security label",
  "transform",
  "extension",
  "event trigger",
]);

/** A server has grants that no file of the project makes: those of the files come on top of them. */
function withGrantsOf(given: readonly OtherGrants[], own: readonly OtherGrants[]): OtherGrants[] {
  const keyOf = ({ kind, name }: OtherGrants): string => JSON.stringify([kind, name]);
  const theirs = new Map(given.map((one) => [keyOf(one), one]));
  const mine = new Map(own.map((one) => [keyOf(one), one]));
  return [
    ...own.filter((one) => !theirs.has(keyOf(one))),
    ...given.map((one) => ({ ...one, grants: withGrants(one.grants, mine.get(keyOf(one))?.grants ?? []) })),
  ].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Each once: both sides grant what PUBLIC has from the beginning. */
function withGrants(grants: readonly Grant[], more: readonly Grant[]): Grant[] {
  const isHeld = ({ grantee, privilege }: Grant): boolean =>
    grants.some((one) => one.grantee === grantee && one.privilege === privilege);
  return [...grants, ...more.filter((one) => !isHeld(one))];
}
