import type { Column, Relation } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import { askedColumns } from "./asked.ts";
import { calledBy, calledTexts } from "./called.ts";
import { comersTo, READS_AND_WRITES, WRITES } from "./comers.ts";
import type { ObjectChange } from "./change.ts";
import { extraOf, mayEnter } from "./paths.ts";
import { matched, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * Columns whose values come about otherwise, or may be NULL now, where policies ask for them; and expressions of columns
 * that run a function with its owner's rights for who could not call it.
 */
export function compareColumnValues(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  return matched(before.catalog.relations, after.catalog.relations, nameKey).both.flatMap(({ was, is }) => {
    if (is.kind === "view" || was.kind === "view") return [];
    return [...valuesOfAsked(worlds, was, is), ...calledPast(worlds, was, is)];
  });
}

function valuesOfAsked({ before, after, roles }: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const asked = askedColumns(after, nameKey(is));
  const columns = matched(was.columns, is.columns, ({ name }) => name)
    .both.filter(({ was: one, is: other }) => asked.has(other.name) && isOtherwise(before, after, one, other))
    .map((pair) => pair.is.name);
  if (columns.length === 0) return [];
  const writers = comersTo(after, is, WRITES, roles);
  if (writers.length === 0) return [];
  return [
    {
      effect: "cannot be told",
      kind: "relation",
      name: nameKey(is),
      roles: withoutHeirs(after, writers),
      why: { kind: "values of columns", columns },
    },
  ];
}

/** A new row may have a value that it did not have before. A verdict compares what generated columns give. */
function isOtherwise(before: World, after: World, was: Column, is: Column): boolean {
  if (was.notNull && !is.notNull) return true;
  const [first, second] = [was.expression ?? "", is.expression ?? ""];
  if (domainOf(before, was.type) !== domainOf(after, is.type)) return true;
  return first !== second || calledTexts(before, first) !== calledTexts(after, second);
}

/** The CHECKs of a domain with the functions that they call, and of those that it is made of; empty for other types. */
function domainOf(world: World, type: string): string {
  const found = world.catalog.types.find((one) => one.kind === "domain" && nameKey(one) === type);
  if (found?.kind !== "domain") return "";
  const definition = world.catalog.dependencies?.types.find((one) => nameKey(one) === type)?.definition ?? "";
  const called = [...definition.matchAll(/CHECK \((?:[^"\\]|\\.)*/g)].map(([check]) =>
    calledTexts(world, check.slice("CHECK ".length).replaceAll('\\"', '"')),
  );
  return JSON.stringify([definition, called, domainOf(world, found.base)]);
}

/** EXECUTE is asked of who writes the row, USAGE on the schema of the function is not. */
function calledPast({ before, after, roles }: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const old = new Map(was.columns.map(({ name, expression }) => [name, expression]));
  return is.columns.flatMap(({ name, expression }): ObjectChange[] => {
    if (expression === null || old.get(name) === expression) return [];
    const users = comersTo(after, is, READS_AND_WRITES, roles);
    const relations = calledBy(after, expression).flatMap((walked) =>
      users
        .filter((role) => !mayEnter({ ...walked, world: before }, "EXECUTE", role))
        .flatMap((role) => extraOf(walked, "EXECUTE", role).certain),
    );
    if (relations.length === 0) return [];
    return [
      {
        effect: "cannot be told",
        kind: "relation",
        name: nameKey(is),
        roles: withoutHeirs(after, users),
        why: { kind: "past row security, by request", by: "new", relations: [...new Set(relations)] },
      },
    ];
  });
}
