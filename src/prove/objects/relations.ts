import type { Relation } from "../../pg/catalog.ts";
import { nameKey, type NameKey } from "../../pg/name.ts";
import { comersTo, READS_AND_WRITES } from "./comers.ts";
import type { ChangeReason, ObjectChange } from "./change.ts";
import { holds, isBound, matched, reachesAll, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";

/** Privileges on a whole relation that no policy restricts. */
const UNRESTRICTED = ["TRUNCATE", "TRIGGER", "REFERENCES", "MAINTAIN"] as const;
const BY_COLUMN = ["SELECT", "INSERT", "UPDATE", "REFERENCES"] as const;
const BY_ROW = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;

/** Everything about relations that both sides have, except what policies and privileges for whole rows decide; and those that are gone. */
export function compareRelations(worlds: Worlds): ObjectChange[] {
  const { before, after, roles } = worlds;
  const { both, gone } = matched(before.catalog.relations, after.catalog.relations, nameKey);
  return [
    ...gone
      // views are compared as paths
      .filter(({ kind }) => kind !== "view")
      .map((relation) => {
        const losing = roles.filter((role) => BY_ROW.some((one) => mayUse(before, relation, one, role)));
        // rows that it would have taken go to the default partition from now on
        const fallback = defaultBeside(worlds, relation);
        if (fallback !== null)
          return change(relation, "cannot be told", withoutHeirs(before, roles), {
            kind: "rows go elsewhere",
            relation: fallback,
          });
        const effect = losing.length > 0 ? "closes" : "changes";
        return change(relation, effect, withoutHeirs(before, losing), { kind: "gone" });
      }),
    ...both.flatMap(({ was, is }) => compareRelation(worlds, was, is)),
  ];
}

/** The default partition of the table that a partition is gone from; null where there is none. */
function defaultBeside({ after }: Worlds, { partitionOf }: Relation): NameKey | null {
  if (!partitionOf || !after.side.relation(partitionOf)) return null;
  const parent = nameKey(partitionOf);
  const found = after.catalog.relations.find(
    (one) => one.partitionOf && nameKey(one.partitionOf) === parent && after.definition(nameKey(one)) === "DEFAULT",
  );
  return found ? nameKey(found) : null;
}

const change = (
  relation: Relation,
  effect: ObjectChange["effect"],
  roles: readonly string[],
  why: ChangeReason,
): ObjectChange => ({
  effect,
  kind: relation.kind === "view" ? "view" : "relation",
  name: nameKey(relation),
  roles: [...roles],
  why,
});

const mayUse = ({ side }: World, relation: Relation, privilege: string, role: string): boolean =>
  side.mayUse(relation.schema, role) && side.hasPrivilege(relation, privilege, role);

function compareRelation(worlds: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const { after, roles } = worlds;
  // paths tell of those who come to it as somebody else
  const users = withoutHeirs(
    after,
    roles.filter((role) => BY_ROW.some((privilege) => mayUse(after, is, privilege, role))),
  );
  const comers = withoutHeirs(after, comersTo(after, is, READS_AND_WRITES, roles));
  if (was.kind !== is.kind)
    return [change(is, comers.length > 0 ? "cannot be told" : "changes", comers, { kind: "different" })];
  const changes: ObjectChange[] = [...comparePrivileges(worlds, was, is), ...compareColumnPrivileges(worlds, was, is)];
  if (is.kind === "view") return changes;
  if (was.rowSecurity !== is.rowSecurity)
    changes.push(
      change(is, users.length === 0 ? "changes" : is.rowSecurity ? "closes" : "opens", users, {
        kind: "row security",
        is: is.rowSecurity,
      }),
    );
  if (was.forceRowSecurity !== is.forceRowSecurity) changes.push(forceChange(worlds, is));
  if (was.owner !== is.owner) {
    const opens = isBound(after, is.owner) && !worlds.before.side.hasPrivilegesOf(is.owner, was.owner);
    changes.push(change(is, opens ? "opens" : "changes", [is.owner], { kind: "owner", was: was.owner, is: is.owner }));
  }
  changes.push(...compareParents(worlds, is), ...compareStored(worlds, is, comers, users));
  const columns = changedColumns(was, is);
  if (columns.length > 0) changes.push(change(is, "changes", [], { kind: "columns", columns }));
  return changes;
}

/** FORCE binds the owner, and the roles that inherit from it or may become it. */
function forceChange({ after, roles }: Worlds, relation: Relation): ObjectChange {
  const { owner, rowSecurity } = relation;
  const logins = after.catalog.roles.filter(({ login }) => login).map(({ name }) => name);
  const acting = roles.filter((role) => after.side.hasPrivilegesOf(role, owner) || maySet(after, role).has(owner));
  const concerned = isBound(after, owner) && rowSecurity && acting.some((role) => logins.includes(role));
  const is = relation.forceRowSecurity;
  return change(relation, concerned ? (is ? "closes" : "opens") : "changes", concerned ? [owner] : [], {
    kind: "force",
    is,
    owner,
  });
}

/** The roles that a role may become with SET ROLE, directly or not; after a GRANT to itself, where it may do that. */
export function maySet({ catalog }: World, role: string): ReadonlySet<string> {
  const byName = new Map(catalog.roles.map((one) => [one.name, one]));
  const found = new Set([role]);
  // `found` grows during the loop
  for (const name of found) {
    const one = byName.get(name);
    for (const other of [...(one?.maySet ?? one?.memberOf ?? []), ...(one?.mayGrant ?? [])]) found.add(other);
  }
  return found;
}

function comparePrivileges({ before, after, roles }: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const others = withoutOwners([before, after], [was, is], roles);
  const one = (privileges: readonly string[], gained: boolean): ObjectChange[] => {
    const [from, to] = gained ? [before, after] : [after, before];
    const [first, second] = gained ? [was, is] : [is, was];
    const by = others.flatMap((role) => {
      const changed = privileges.filter(
        (privilege) => !mayUse(from, first, privilege, role) && mayUse(to, second, privilege, role),
      );
      // USAGE on the schema is compared by itself
      return from.side.mayUse(first.schema, role) && changed.length > 0 ? [{ role, changed }] : [];
    });
    if (by.length === 0) return [];
    const named = withoutHeirs(
      to,
      by.map(({ role }) => role),
    );
    const all = [...new Set(by.filter(({ role }) => named.includes(role)).flatMap(({ changed }) => changed))];
    const harmless = all.every((privilege) => privilege === "MAINTAIN");
    return [
      change(is, harmless ? "changes" : gained ? "opens" : "closes", named, {
        kind: "privilege",
        privileges: all,
        gained,
      }),
    ];
  };
  // privileges for rows of tables have verdicts, and those of views are compared as paths
  return [...one(UNRESTRICTED, true), ...one(UNRESTRICTED, false)];
}

/** An owner's privileges come and go with the relation: that another role owns it is told by itself. */
const withoutOwners = (worlds: readonly World[], relations: readonly Relation[], roles: readonly string[]): string[] =>
  roles.filter((role) => !worlds.some(({ side }) => relations.some(({ owner }) => side.hasPrivilegesOf(role, owner))));

/** The columns of a relation that a privilege of a role covers. */
function columnsWith(world: World, relation: Relation, privilege: string, role: string): ReadonlySet<string> {
  if (holds(world, relation.grants, privilege, role)) return new Set(relation.columns.map(({ name }) => name));
  return new Set(
    (world.columnGrants.get(nameKey(relation)) ?? [])
      .filter(({ grants }) => holds(world, grants, privilege, role))
      .map(({ column }) => column),
  );
}

function compareColumnPrivileges(worlds: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const { before, after, roles } = worlds;
  const key = nameKey(is);
  if (!before.columnGrants.has(key) && !after.columnGrants.has(key)) return [];
  const old = new Set(was.columns.map(({ name }) => name));
  const kept = new Set(is.columns.map(({ name }) => name).filter((name) => old.has(name)));
  return BY_COLUMN.flatMap((privilege) => {
    const gained = new Map<string, string[]>();
    const lost = new Map<string, string[]>();
    for (const role of withoutOwners([before, after], [was, is], roles)) {
      const [first, second] = [columnsWith(before, was, privilege, role), columnsWith(after, is, privilege, role)];
      const more = [...second].filter((column) => kept.has(column) && !first.has(column));
      const fewer = [...first].filter((column) => kept.has(column) && !second.has(column));
      // where one side has none, verdicts tell it, or the paths do
      if (privilege !== "REFERENCES" && (first.size === 0 || second.size === 0)) continue;
      if (more.length > 0) gained.set(role, more);
      if (fewer.length > 0) lost.set(role, fewer);
    }
    const hidden = newColumnsOfOthers(worlds, was, is, privilege);
    const told = (by: ReadonlyMap<string, string[]>, world: World, isGain: boolean): ObjectChange[] => {
      const named = withoutHeirs(world, [...by.keys()]);
      if (named.length === 0) return [];
      const columns = [...new Set(named.flatMap((role) => by.get(role) ?? []))];
      const reaching = named.some((role) => isReachable(world, is, privilege, role));
      const effect = reaching ? (isGain ? "opens" : "closes") : "changes";
      return [change(is, effect, named, { kind: "column privilege", privilege, columns, gained: isGain })];
    };
    return [...told(gained, after, true), ...told(lost, before, false), ...hidden];
  });
}

/**
 * A column by a new name may be one that the role did not reach: renamed, or generated from it. One that is new with
 * values of its own is no gain.
 */
function newColumnsOfOthers(
  { before, after, roles }: Worlds,
  was: Relation,
  is: Relation,
  privilege: (typeof BY_COLUMN)[number],
): ObjectChange[] {
  if (privilege === "INSERT" || privilege === "REFERENCES") return [];
  const { gone, added } = matched(was.columns, is.columns, ({ name }) => name);
  const by = withoutOwners([before, after], [was, is], roles).flatMap((role) => {
    const [first, second] = [columnsWith(before, was, privilege, role), columnsWith(after, is, privilege, role)];
    // where it held none, a verdict tells it
    if (first.size === 0) return [];
    const closed = was.columns.filter(({ name }) => !first.has(name));
    const lost = gone.filter(({ name }) => first.has(name));
    const columns = added.filter(({ name, type, expression, generated }) => {
      if (!second.has(name)) return false;
      const isMade =
        (generated === "stored" || generated === "virtual") && closed.some((one) => expression?.includes(one.name));
      const isRenamed =
        closed.some((one) => one.type === type && gone.includes(one)) && !lost.some((one) => one.type === type);
      return isMade || isRenamed;
    });
    return columns.length > 0 ? [{ role, columns: columns.map(({ name }) => name) }] : [];
  });
  if (by.length === 0) return [];
  const named = withoutHeirs(
    after,
    by.map(({ role }) => role),
  );
  const columns = [...new Set(by.flatMap((one) => one.columns))];
  return [change(is, "cannot be told", named, { kind: "column privilege", privilege, columns, gained: true })];
}

/** Some policy lets the role come to rows, or row security does not bind it. */
function isReachable({ side }: World, relation: Relation, privilege: string, role: string): boolean {
  if (!side.mayUse(relation.schema, role)) return false;
  if (side.bypasses(relation, role) || relation.kind === "view" || privilege === "REFERENCES") return true;
  const command = BY_ROW.find((one) => one === privilege);
  return command !== undefined && side.policies(relation, command, role).some(({ permissive }) => permissive);
}

/** Rows of a partition or a child are reached through its parent as well, under the parent's policies. */
function compareParents({ before, after, roles }: Worlds, is: Relation): ObjectChange[] {
  const key = nameKey(is);
  const [was, now] = [before.parents(key), after.parents(key)];
  const one = (parent: NameKey, attached: boolean): ObjectChange => {
    const [with_, without] = attached ? [after, before] : [before, after];
    const above = with_.side.relationByKey(parent);
    const readers = above
      ? comersTo(with_, above, READS_AND_WRITES, roles).filter((role) => !reachesAll(without, is, "SELECT", role))
      : [];
    // subscribers get the rows of all partitions of a table
    const isSent = above?.kind === "partitioned table" && isPublished(with_, above) && !isPublished(without, is);
    const effect = readers.length === 0 && !isSent ? "changes" : attached ? "opens" : "closes";
    return change(is, effect, withoutHeirs(with_, readers), { kind: "parent", parent, attached });
  };
  return [
    ...now.filter((parent) => !was.includes(parent)).map((parent) => one(parent, true)),
    ...was.filter((parent) => !now.includes(parent)).map((parent) => one(parent, false)),
  ];
}

/** Subscribers get the rows of the relation, by itself or by a partitioned table above it. */
export function isPublished(world: World, relation: Relation): boolean {
  const key = nameKey(relation);
  const isNamed = world.facts.publications.some(
    ({ allTables, schemas, tables }) =>
      allTables || schemas.includes(relation.schema) || tables.some((table) => nameKey(table) === key),
  );
  return (
    isNamed ||
    world.parents(key).some((parent) => {
      const above = world.side.relationByKey(parent);
      return above?.kind === "partitioned table" && isPublished(world, above);
    })
  );
}

/** The query of a materialized view, and the server and the options of a foreign table. */
function compareStored(
  { before, after }: Worlds,
  is: Relation,
  users: readonly string[],
  direct: readonly string[],
): ObjectChange[] {
  const key = nameKey(is);
  if (before.definition(key) === after.definition(key)) return [];
  const isStored = is.kind === "materialized view" || is.kind === "foreign table";
  if (isStored && users.length > 0) return [change(is, "cannot be told", users, { kind: "stored query" })];
  // other bounds bring it the rows of others, under its own policies
  if (before.definition(key) !== null && after.definition(key) !== null && direct.length > 0)
    return [
      change(is, "cannot be told", direct, {
        kind: "outside rlsmith's knowledge",
        what: "the rows that other bounds of a partition bring",
      }),
    ];
  return [change(is, "changes", [], { kind: "different" })];
}

function changedColumns(was: Relation, is: Relation): string[] {
  const { both, gone, added } = matched(was.columns, is.columns, ({ name }) => name);
  const names = [...added, ...gone, ...both.flatMap((pair) => (sameText(pair.was, pair.is) ? [] : [pair.is]))];
  return names.map(({ name }) => name);
}
