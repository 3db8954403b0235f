import type { AccessFacts, ObjectAttribute } from "../../pg/access-facts.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { columnKey, nameKey, type QualifiedName } from "../../pg/name.ts";
import { askedColumns } from "./asked.ts";
import { reachedByCalls } from "./called.ts";
import type { ObjectChange } from "./change.ts";
import { comersTo, WRITES } from "./comers.ts";
import { isBound, matched, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * Attributes that nothing else compares: parameters of sequences, UNLOGGED, operator classes, VALID UNTIL, subscriptions,
 * security labels. What follows from a difference is not known, so it cannot be told.
 */
export function compareAttributes(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  const { both, gone, added } = matched(before.facts.attributes, after.facts.attributes, keyOf);
  const changed = both.flatMap(({ was, is }) => (was.value === is.value ? [] : [is]));
  const [told, indexes] = [
    [...added.filter((one) => isThere(before, one)), ...changed],
    [...added, ...changed],
  ];
  return [
    ...[...told, ...gone.filter((one) => isThere(after, one))]
      .filter(({ kind }) => kind !== "index")
      .map((one) => change(worlds, one)),
    ...indexes.filter(({ kind }) => kind === "index").flatMap((one) => ofIndex(worlds, one)),
  ];
}

const keyOf = ({ kind, name, attribute }: ObjectAttribute): string => JSON.stringify([kind, name, attribute]);

function change(worlds: Worlds, one: ObjectAttribute): ObjectChange {
  const { kind, name, attribute } = one;
  return {
    effect: isOfNothingAsked(worlds, one) ? "changes" : "cannot be told",
    kind,
    name: kind === "database" ? "of the project" : name,
    roles: kind === "role" ? [name] : [],
    why: { kind: "attribute of an object", attribute },
  };
}

/** The object is in the catalog, with the attribute or without. One that is new or gone is told where it is. */
function isThere({ catalog, facts }: World, { kind, schema, object, attribute }: ObjectAttribute): boolean {
  // an object that is new or gone is told by the comparison of its kind
  if (kind === "operator" || attribute === "owner") return false;
  if (object === null) return true;
  if (kind === "function") return facts.extensions.some(({ name }) => name === object);
  if (schema === null) return catalog.roles.some(({ name }) => name === object);
  const key = nameKey({ schema, name: object });
  return namedLike(kind, catalog, facts).some((one) => nameKey(one) === key);
}

function namedLike(kind: ObjectAttribute["kind"], catalog: Catalog, facts: AccessFacts): readonly QualifiedName[] {
  if (kind === "sequence") return facts.sequences;
  if (kind === "type") return facts.types;
  return kind === "aggregate" ? catalog.functions : catalog.relations;
}

/** An owner is above row security; a role may not log in; a column is none for which policies ask, and a sequence fills none. */
function isOfNothingAsked(
  { before, after }: Worlds,
  { kind, schema, object, name, attribute, value }: ObjectAttribute,
): boolean {
  // an owner above row security gains nothing
  if (attribute === "owner") return !isBound(after, value);
  if (kind === "role")
    return (
      attribute === "CREATEDB" ||
      ![before, after].some(({ catalog }) => catalog.roles.some((one) => one.name === object && one.login))
    );
  if (schema === null || object === null) return false;
  if (kind === "column") {
    const key = nameKey({ schema, name: object });
    return ![...askedColumns(after, key)].some((column) => name === columnKey({ schema, name: object }, column));
  }
  if (kind !== "sequence") return false;
  return !after.catalog.relations.some((relation) =>
    relation.columns.some(
      ({ name: column, expression, generated }) =>
        (expression?.includes(object) || (generated === "identity" && object.includes(column))) &&
        askedColumns(after, nameKey(relation)).has(column),
    ),
  );
}

/** The functions in an index run as who writes the table, who may not be allowed to use their schemas. */
function ofIndex(worlds: Worlds, { schema, object, name, value }: ObjectAttribute): ObjectChange[] {
  const relation =
    schema === null || object === null ? undefined : worlds.after.side.relation({ schema, name: object });
  if (!relation) return [];
  const users = comersTo(worlds.after, relation, WRITES, worlds.roles);
  const why = reachedByCalls(worlds, users, value, "values");
  return why ? [{ effect: "cannot be told", kind: "index", name, roles: withoutHeirs(worlds.after, users), why }] : [];
}
