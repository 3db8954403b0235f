import type { Column, Relation } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import { askedColumns } from "./asked.ts";
import { calledTexts, reachedByCalls } from "./called.ts";
import { comersTo, readersPast, READS_AND_WRITES, WRITES } from "./comers.ts";
import type { ObjectChange } from "./change.ts";
import { checksOf } from "./domains.ts";
import { exposingTexts, TYPE_OF } from "./meaning.ts";
import { matched, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * Columns whose values come about otherwise, or may be NULL now, where policies ask for them; and expressions of columns
 * that run a function with its owner's rights for who could not call it.
 */
export function compareColumnValues(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  const { both, added } = matched(before.catalog.relations, after.catalog.relations, nameKey);
  const ofNew = added.flatMap((is) => (is.kind === "view" ? [] : calledPast(worlds, { ...is, columns: [] }, is)));
  const ofBoth = both.flatMap(({ was, is }) => {
    if (is.kind === "view" && was.kind === "view") return defaultsOfView(worlds, was, is);
    if (is.kind === "view" || was.kind === "view") return [];
    return [...valuesOfAsked(worlds, was, is), ...calledPast(worlds, was, is)];
  });
  return [...ofNew, ...ofBoth];
}

function valuesOfAsked(worlds: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const { before, after, roles } = worlds;
  const asked = askedColumns(after, nameKey(is));
  const pairs = matched(columnsOf(before, was), columnsOf(after, is), ({ name }) => name).both;
  const told = (changed: { was: Column; is: Column }[], users: readonly string[], kind: ValuesKind): ObjectChange[] =>
    changed.length === 0 || users.length === 0
      ? []
      : [
          {
            effect: "cannot be told",
            kind: "relation",
            name: nameKey(is),
            roles: withoutHeirs(after, users),
            why: { kind, columns: changed.map((one) => one.is.name) },
          },
        ];
  const ofAsked = pairs.filter((pair) => asked.has(pair.is.name));
  const written = ofAsked.filter((pair) => isOtherwise(before, after, pair.was, pair.is));
  const read = ofAsked.filter((pair) => readsOtherwise(before, after, pair.was, pair.is));
  const typed = pairs.filter((pair) => pair.was.type !== pair.is.type && isTypeOfVariable(worlds, is, pair.is));
  const readers = readersPast(after, is, roles);
  return [
    ...told(written, comersTo(after, is, WRITES, roles), "values of columns"),
    ...(typed.length > 0 ? told(typed, roles, "columns read as owner") : told(read, readers, "columns read as owner")),
  ];
}

type ValuesKind = "values of columns" | "columns read as owner";

/** A function with its owner's rights has a variable of the column's type, or of the row's. */
const isTypeOfVariable = (worlds: Worlds, { name }: Relation, column: Column): boolean =>
  exposingTexts(worlds).some(
    ({ text }) =>
      TYPE_OF.test(text) && text.includes(name) && (text.includes(column.name) || /%\s*rowtype\b/i.test(text)),
  );

/** ALTER VIEW … SET DEFAULT: what a new row has in columns that a role may not be allowed to fill. */
function defaultsOfView({ after, roles }: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const columns = matched(was.columns, is.columns, ({ name }) => name)
    .both.filter((pair) => pair.was.expression !== pair.is.expression)
    .map((pair) => pair.is.name);
  const writers = columns.length > 0 ? comersTo(after, is, ["INSERT"], roles) : [];
  if (writers.length === 0) return [];
  return [
    {
      effect: "cannot be told",
      kind: "view",
      name: nameKey(is),
      roles: withoutHeirs(after, writers),
      why: { kind: "values of columns", columns },
    },
  ];
}

/** With a collation as a part of the type, where it is not the default one. */
const columnsOf = ({ side }: World, relation: Relation): readonly Column[] =>
  (side.relation(relation) ?? relation).columns;

/** A new row may have a value that it did not have before. A verdict compares what generated columns give. */
function isOtherwise(before: World, after: World, was: Column, is: Column): boolean {
  // a shorter text or a smaller number is a fence as well
  if ((was.notNull && !is.notNull) || was.type !== is.type) return true;
  const [first, second] = [was.expression ?? "", is.expression ?? ""];
  if (domainOf(before, was.type) !== domainOf(after, is.type)) return true;
  return first !== second || calledTexts(before, first) !== calledTexts(after, second);
}

/**
 * A view or a function with its owner's rights, whose text is the same, may find other rows: the column is generated
 * otherwise, or its operators are those of another type or collation. No verdict is about what it finds.
 */
function readsOtherwise(before: World, after: World, was: Column, is: Column): boolean {
  if (meaningOf(was.type) !== meaningOf(is.type)) return true;
  if (![was, is].some(({ generated }) => generated === "stored" || generated === "virtual")) return false;
  const [first, second] = [was.expression ?? "", is.expression ?? ""];
  return first !== second || calledTexts(before, first) !== calledTexts(after, second);
}

/** Types whose values are compared in the same way, by one name: a longer text, a wider integer. */
function meaningOf(type: string): string {
  if (/^(?:smallint|integer|bigint)$/.test(type)) return "integer";
  const [, collation] = /^(?:text|character varying(?:\(\d+\))?)( COLLATE .*)?$/.exec(type) ?? [];
  return /^(?:text|character varying)\b/.test(type) && !type.endsWith("[]") ? `text${collation ?? ""}` : type;
}

/** The CHECKs of a domain with the functions that they call, and of those that it is made of; empty for other types. */
function domainOf(world: World, type: string): string {
  const found = world.catalog.types.find((one) => one.kind === "domain" && nameKey(one) === type);
  if (found?.kind !== "domain") return "";
  const definition = world.catalog.dependencies?.types.find((one) => nameKey(one) === type)?.definition ?? "";
  const called = checksOf(definition).map((check) => calledTexts(world, check));
  return JSON.stringify([definition, called, domainOf(world, found.base)]);
}

function calledPast(worlds: Worlds, was: Relation, is: Relation): ObjectChange[] {
  const { after, roles } = worlds;
  const old = new Map(was.columns.map(({ name, expression }) => [name, expression]));
  return is.columns.flatMap(({ name, expression }): ObjectChange[] => {
    if (expression === null || old.get(name) === expression) return [];
    const users = comersTo(after, is, READS_AND_WRITES, roles);
    const why = reachedByCalls(worlds, users, expression);
    if (!why) return [];
    return [
      {
        effect: "cannot be told",
        kind: "relation",
        name: nameKey(is),
        roles: withoutHeirs(after, users),
        why,
      },
    ];
  });
}
