import type { TableConstraint, UniqueIndex } from "../../pg/access-facts.ts";
import { as } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, relationOf, type NameKey } from "../../pg/name.ts";
import { parseOnce } from "../encode/parse-once.ts";
import { askedColumns, isAskedElsewhere } from "./asked.ts";
import { calledTexts, reachedByCalls } from "./called.ts";
import { comersTo, WRITES } from "./comers.ts";
import type { ObjectChange } from "./change.ts";
import { sameText, withoutHeirs, type World, type Worlds } from "./world.ts";

/**
 * CHECK constraints and foreign keys of relations that both sides have. One that is gone or different may have kept rows
 * of one tenant from others; a foreign key with an action deletes or changes rows that policies keep a role from.
 */
export function compareConstraints(worlds: Worlds): ObjectChange[] {
  const { before, after } = worlds;
  const shared = new Set(before.catalog.relations.map(nameKey).filter((key) => after.side.relationByKey(key)));
  const of = ({ facts }: World): TableConstraint[] =>
    facts.constraints.filter((constraint) => shared.has(nameKey(relationOf(constraint))));
  const [first, second] = [of(before), of(after)];
  // by what it says: a name decides nothing
  const [olds, news] = [
    new Set(first.map((one) => meaning(before, one))),
    new Set(second.map((one) => meaning(after, one))),
  ];
  return [
    ...first.filter((one) => !news.has(meaning(before, one))).map((one) => lost(worlds, one)),
    ...after.facts.constraints
      .filter((one) => one.type === "check" && !shared.has(nameKey(relationOf(one))))
      .map((one) => added(worlds, one)),
    ...second.filter((one) => !olds.has(meaning(after, one))).map((one) => added(worlds, one)),
    ...lostKeys(worlds),
  ];
}

/** With the functions that a CHECK calls. */
const meaning = (world: World, { name: _, ...rest }: TableConstraint): string =>
  JSON.stringify([rest, rest.type === "check" ? calledTexts(world, conditionOf(rest.definition) ?? "") : ""]);

const conditionOf = (definition: string): string | undefined => /^CHECK \(([^]*)\)/.exec(definition)?.[1];

/**
 * Unique keys that are gone, of relations that policies of others read: a role may have a second row there. That a key
 * was unique decides nothing where rows are only shown.
 */
function lostKeys({ before, after, roles }: Worlds): ObjectChange[] {
  const keyOf = ({ name: _, ...rest }: UniqueIndex): string => JSON.stringify(rest);
  const news = new Set(after.facts.uniqueIndexes.map(keyOf));
  return before.facts.uniqueIndexes.flatMap((one): ObjectChange[] => {
    const relation = nameKey(relationOf(one));
    const is = after.side.relationByKey(relation);
    if (!is || news.has(keyOf(one))) return [];
    const asked = askedColumns(after, relation);
    const isFence =
      isAskedElsewhere(after, relation) &&
      (one.columns.length === 0 || one.columns.some((column) => asked.has(column))) &&
      comersTo(after, is, ["INSERT", "UPDATE"], roles).length > 0;
    return [
      {
        effect: isFence ? "cannot be told" : "changes",
        kind: "constraint",
        name: `${relation}.${identForReading(one.name)}`,
        roles: [],
        why: isFence ? { kind: "may have enforced something", relation } : { kind: "gone" },
      },
    ];
  });
}

const shownName = (one: TableConstraint): string => `${nameKey(relationOf(one))}.${identForReading(one.name)}`;

function lost({ before, after }: Worlds, one: TableConstraint): ObjectChange {
  const relation = nameKey(relationOf(one));
  // the same columns refer to the same ones, with another action or none
  const isKept =
    one.type === "foreign key" &&
    after.facts.constraints.some(
      (other) => isAlike(other, one) && isEnforced(other) && referring(other) === referring(one),
    );
  const isFence =
    (!isKept && [before, after].some((world) => fences(world, relation, one))) || isRevoking(after, relation, one);
  return {
    effect: isFence ? "cannot be told" : "changes",
    kind: "constraint",
    name: shownName(one),
    roles: [],
    why: isFence ? { kind: "may have enforced something", relation } : { kind: "gone" },
  };
}

/**
 * A foreign key that removed or emptied rows for which policies of others ask, with the row that they belong to: without
 * it they stay, and what they gave with them. One with another action, or none, refuses at least.
 */
const isRevoking = (after: World, relation: NameKey, one: TableConstraint): boolean =>
  one.onDelete !== null &&
  isAskedElsewhere(after, relation) &&
  !after.facts.constraints.some(
    (other) => isAlike(other, one) && isEnforced(other) && (other.onDelete === null || other.onDelete === "CASCADE"),
  );

/**
 * A CHECK over a column that policies ask for, or over the request; a foreign key of several columns with one of them,
 * which ties a row to another of the same tenant.
 */
function fences(world: World, relation: NameKey, one: TableConstraint): boolean {
  const found = world.side.relationByKey(relation);
  if (!found || (!found.rowSecurity && !isAskedElsewhere(world, relation))) return false;
  const asked = askedColumns(world, relation);
  const isAsked = one.columns.some((column) => asked.has(column));
  if (one.type === "check") return isAsked || asksRequest(one.definition);
  if (one.type === "exclusion") return isAskedElsewhere(world, relation);
  return isAsked && (one.columns.length > 1 || isAskedElsewhere(world, relation));
}

/** It calls a function that is not one over its arguments alone, as far as its name tells: the session, or claims. */
function asksRequest(definition: string): boolean {
  const condition = conditionOf(definition);
  if (condition === undefined) return true;
  let asks = false;
  walk(parseOnce(condition).tree, (node) => {
    if (as("SQLValueFunction", node)) asks = true;
    const [name, schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
    if (schema !== undefined || name === "current_setting") asks = true;
  });
  return asks;
}

function added(worlds: Worlds, one: TableConstraint): ObjectChange {
  const { before, after, roles } = worlds;
  const base = { kind: "constraint" as const, name: shownName(one), roles: [] };
  const relation = nameKey(relationOf(one));
  const of = one.references && after.side.relation(one.references);
  const changes: ObjectChange = { ...base, effect: "changes", why: { kind: "new" } };
  const on = after.side.relationByKey(relation);
  if (one.type === "check" && on) {
    const writers = comersTo(after, on, WRITES, roles);
    const why = reachedByCalls(worlds, writers, conditionOf(one.definition) ?? "");
    return why ? { ...base, effect: "cannot be told", roles: withoutHeirs(after, writers), why } : changes;
  }
  if (!of || !on) return changes;
  const actions: readonly ["DELETE" | "UPDATE", keyof TableConstraint & ("onDelete" | "onUpdate")][] = [
    ["DELETE", "onDelete"],
    ["UPDATE", "onUpdate"],
  ];
  for (const [privilege, event] of actions) {
    // without row security, a role that could do it before gains nothing by the action
    const was = before.side.relationByKey(relation);
    const free = on.rowSecurity ? [] : was ? comersTo(before, was, [privilege], roles) : roles;
    const acting = comersTo(after, of, [privilege], roles).filter((role) => !free.includes(role));
    const did = before.facts.constraints.some((was) => isAlike(was, one) && was[event] === one[event]);
    if (one[event] === null || did || acting.length === 0) continue;
    const action = `ON ${privilege} ${one[event]}`;
    const why = { kind: "referential action", relation, of: nameKey(of), action } as const;
    return { ...base, effect: "cannot be told", roles: acting, why };
  }
  return changes;
}

/** ALTER TABLE … DISABLE TRIGGER ALL turns off the triggers that a foreign key consists of. */
const isEnforced = ({ definition }: TableConstraint): boolean => !definition.endsWith(" DISABLED");

/** Which columns refer to which, and when that is asked, without actions; one that is NOT VALID asks of new rows too. */
const referring = ({ definition }: TableConstraint): string =>
  definition.replaceAll(
    / ON (?:DELETE|UPDATE) (?:CASCADE|RESTRICT|SET NULL|SET DEFAULT)(?: \([^)]*\))?| NOT VALID/g,
    "",
  );

/** The same columns refer to the same relation. */
const isAlike = (one: TableConstraint, other: TableConstraint): boolean =>
  sameText(
    [one.schema, one.relation, one.references, one.columns],
    [other.schema, other.relation, other.references, other.columns],
  );
