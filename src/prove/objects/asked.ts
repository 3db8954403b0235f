import type { NameKey } from "../../pg/name.ts";
import { wordsOf } from "../../pg/name-in-text.ts";
import { nameKey, relationKey } from "../../pg/name.ts";
import { parseOnce } from "../encode/parse-once.ts";
import { objectKey, type ObjectKey } from "../uses.ts";
import type { World } from "./world.ts";

const known = new WeakMap<World, ReadonlyMap<NameKey, ReadonlySet<string>>>();

/**
 * The columns of the relation that decide who reaches rows: those that its policies name, and those whose names stand in
 * policies of other relations, in views and in SECURITY DEFINER functions that come to this one.
 */
export function askedColumns(world: World, relation: NameKey): ReadonlySet<string> {
  const found = world.side.relationByKey(relation);
  const policies = found ? world.side.policiesOn(found) : [];
  const own = policies.flatMap(({ using, check }) =>
    [using, check].flatMap((text) => (text === null ? [] : parseOnce(text).columns)),
  );
  const asked = new Set([...(found?.rowSecurity === true ? own : []), ...(askedElsewhere(world).get(relation) ?? [])]);
  // a generated column is what those are that it is made of; none is made of another generated one
  for (const { name, generated, expression } of found?.columns ?? [])
    if (asked.has(name) && (generated === "stored" || generated === "virtual") && expression !== null)
      for (const column of parseOnce(expression).columns) asked.add(column);
  return asked;
}

/** Policies of other relations, views or functions with their owners' rights read the relation. */
export const isAskedElsewhere = (world: World, relation: NameKey): boolean => askedElsewhere(world).has(relation);

function askedElsewhere(world: World): ReadonlyMap<NameKey, ReadonlySet<string>> {
  const asked = known.get(world) ?? makeAsked(world);
  known.set(world, asked);
  return asked;
}

/** The words of all texts on the way to a relation: the names of its columns are among them. */
function makeAsked(world: World): Map<NameKey, Set<string>> {
  const asked = new Map<NameKey, Set<string>>();
  const follow = (uses: ReadonlySet<ObjectKey>, words: ReadonlySet<string>, seen: Set<ObjectKey>): void => {
    for (const used of uses) {
      const relation = world.relationOf.get(used);
      const functions = world.functionsOf.get(used) ?? [];
      if (relation) {
        const key = nameKey(relation);
        const sofar = asked.get(key) ?? new Set();
        for (const word of words) sofar.add(word);
        asked.set(key, sofar);
      }
      if (seen.has(used) || (relation && relation.kind !== "view")) continue;
      seen.add(used);
      const text = relation
        ? (world.definition(nameKey(relation)) ?? "")
        : functions.map(({ body }) => body).join("\n");
      follow(world.described.get(used)?.uses ?? new Set(), new Set([...words, ...wordsOf(text)]), seen);
    }
  };
  for (const policy of world.catalog.policies) {
    const texts = [policy.using, policy.check].filter((text) => text !== null);
    // what the relation names: its policies, and the types and expressions of its columns, which name no relation
    const described = world.described.get(objectKey({ kind: "relation", name: relationKey(policy) }));
    const uses = described?.uses ?? new Set<ObjectKey>();
    if (!texts.some((text) => parseOnce(text).asksRole || parseOnce(text).hasFrom)) continue;
    follow(uses, new Set(texts.flatMap(wordsOf)), new Set());
  }
  for (const fn of world.catalog.functions)
    if (fn.securityDefiner) follow(new Set([objectKey({ kind: "function", name: nameKey(fn) })]), new Set(), new Set());
  for (const relation of world.catalog.relations)
    if (relation.kind === "view" && relation.securityInvoker !== true)
      follow(new Set([objectKey({ kind: "relation", name: nameKey(relation) })]), new Set(), new Set());
  return asked;
}
