import type { Relation } from "../../pg/catalog.ts";
import { nameKey, relationOf, type NameKey } from "../../pg/name.ts";
import { isPlatformUsers } from "../../pg/platform-schemas.ts";
import { namesIn } from "./called.ts";
import { entries, mayEnter, walk, type Walked } from "./paths.ts";
import type { World } from "./world.ts";

export const READS_AND_WRITES = ["SELECT", "INSERT", "UPDATE", "DELETE"] as const;
export const WRITES = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"] as const;

const WRITING = /\b(?:insert|update|delete|truncate|merge|execute|call|copy)\b/i;

/** How a relation is come to other than by its own privileges. */
type Way =
  /** a view, or a SECURITY DEFINER function, with the rights of its owner */
  | { kind: "path"; walked: Walked }
  /** a statement on the other relation: a trigger or a rule of it, or a foreign key that refers to it */
  | { kind: "statement"; on: NameKey; privileges: readonly string[] };

const known = new WeakMap<World, ReadonlyMap<NameKey, Way[]>>();

/**
 * The roles whose statements come to rows of the relation: by a privilege on it or on a parent, or by what runs with the
 * rights of somebody else. Whether a policy lets them is not asked.
 */
export function comersTo(
  world: World,
  relation: Relation,
  privileges: readonly string[],
  roles: readonly string[],
): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (at: Relation, needed: readonly string[]): void => {
    const key = nameKey(at);
    const step = JSON.stringify([key, needed]);
    if (seen.has(step)) return;
    seen.add(step);
    for (const role of directComers(world, at, needed, roles)) found.add(role);
    const follow = (name: NameKey, privilegesThere: readonly string[]): void => {
      const other = world.side.relationByKey(name);
      if (other) visit(other, privilegesThere);
    };
    for (const parent of world.parents(key)) follow(parent, needed);
    for (const way of waysOf(world).get(key) ?? []) {
      if (way.kind === "statement") follow(way.on, way.privileges);
      else for (const role of entrants(way.walked, needed, roles)) found.add(role);
    }
  };
  visit(relation, privileges);
  return roles.filter((role) => found.has(role));
}

/** The roles that come to the relation with the rights of somebody else, by a view or a function. */
export const readersPast = (world: World, relation: Relation, roles: readonly string[]): string[] => {
  const paths = (waysOf(world).get(nameKey(relation)) ?? []).flatMap((way) =>
    way.kind === "path" ? [way.walked] : [],
  );
  const found = new Set(paths.flatMap((walked) => entrants(walked, READS_AND_WRITES, roles)));
  return roles.filter((role) => found.has(role));
};

const isOfWrites = (privileges: readonly string[]): boolean => !privileges.includes("SELECT");

function directComers(
  { side, catalog }: World,
  relation: Relation,
  privileges: readonly string[],
  roles: readonly string[],
): readonly string[] {
  // whoever signs up writes it, by a role of the platform
  if (isOfWrites(privileges) && isPlatformUsers(catalog, relation)) return roles;
  return roles.filter(
    (role) => side.mayUse(relation.schema, role) && privileges.some((one) => side.hasPrivilege(relation, one, role)),
  );
}

/** The roles that enter the path, where it may do on the relation what the privileges are for. */
function entrants(walked: Walked, privileges: readonly string[], roles: readonly string[]): readonly string[] {
  if (walked.path.kind === "function" && isOfWrites(privileges) && !WRITING.test(walked.reached.texts.join("\n")))
    return [];
  const needed = entries(walked).filter((one) => one === "EXECUTE" || privileges.includes(one));
  return roles.filter((role) => needed.some((one) => mayEnter(walked, one, role)));
}

function waysOf(world: World): ReadonlyMap<NameKey, Way[]> {
  const ways = known.get(world) ?? makeWays(world);
  known.set(world, ways);
  return ways;
}

function makeWays(world: World): Map<NameKey, Way[]> {
  const ways = new Map<NameKey, Way[]>();
  const add = (to: NameKey, way: Way): void => void ways.set(to, [...(ways.get(to) ?? []), way]);
  const { catalog, side, facts } = world;
  for (const relation of catalog.relations) {
    if (relation.kind !== "view") continue;
    const walked = walk(world, { kind: "view", relation });
    for (const to of walked.reached.asOwner) add(to, { kind: "path", walked });
  }
  for (const fn of catalog.functions) {
    if (!fn.securityDefiner) continue;
    const walked = walk(world, { kind: "function", fn });
    if (fn.result !== "trigger") for (const to of walked.reached.asOwner) add(to, { kind: "path", walked });
  }
  for (const trigger of catalog.triggers) {
    const on = nameKey(relationOf(trigger));
    for (const fn of side.functions(trigger.function))
      if (fn.securityDefiner)
        for (const to of walk(world, { kind: "function", fn }).reached.asOwner)
          add(to, { kind: "statement", on, privileges: WRITES });
  }
  for (const rule of catalog.rules ?? [])
    for (const to of namesIn(rule.definition).relations)
      if (to !== nameKey(relationOf(rule)))
        add(to, { kind: "statement", on: nameKey(relationOf(rule)), privileges: WRITES });
  for (const one of facts.constraints)
    if (one.references && (one.onDelete !== null || one.onUpdate !== null))
      add(nameKey(relationOf(one)), {
        kind: "statement",
        on: nameKey(one.references),
        privileges: ["DELETE", "UPDATE"],
      });
  return ways;
}
