import type { TableConstraint } from "../../pg/access-facts.ts";
import { as } from "../../pg/expr/node.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, relationOf, type NameKey } from "../../pg/name.ts";
import { parseOnce } from "../encode/parse-once.ts";
import type { ObjectChange } from "./change.ts";
import { sameText, type World, type Worlds } from "./world.ts";

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
  const known = (all: readonly TableConstraint[]): Set<string> => new Set(all.map(meaning));
  const [olds, news] = [known(first), known(second)];
  return [
    ...first.filter((one) => !news.has(meaning(one))).map((one) => lost(worlds, one)),
    ...second.filter((one) => !olds.has(meaning(one))).map((one) => added(worlds, one)),
  ];
}

const meaning = ({ name: _, ...rest }: TableConstraint): string => JSON.stringify(rest);

const shownName = (one: TableConstraint): string => `${nameKey(relationOf(one))}.${identForReading(one.name)}`;

function lost({ before, after }: Worlds, one: TableConstraint): ObjectChange {
  const relation = nameKey(relationOf(one));
  const isFence = [before, after].some((world) => fences(world, relation, one));
  return {
    effect: isFence ? "cannot be told" : "changes",
    kind: "constraint",
    name: shownName(one),
    roles: [],
    why: isFence ? { kind: "may have enforced something", relation } : { kind: "gone" },
  };
}

/**
 * A CHECK over a column that policies ask for, or over the request; a foreign key of several columns with one of them,
 * which ties a row to another of the same tenant.
 */
function fences({ side }: World, relation: NameKey, one: TableConstraint): boolean {
  const found = side.relationByKey(relation);
  if (!found?.rowSecurity) return false;
  const asked = new Set(
    side
      .policiesOn(found)
      .flatMap(({ using, check }) => [using, check].flatMap((text) => (text === null ? [] : parseOnce(text).columns))),
  );
  const isAsked = one.columns.some((column) => asked.has(column));
  return one.type === "check" ? isAsked || asksRequest(one.definition) : isAsked && one.columns.length > 1;
}

/** It calls a function that is not one over its arguments alone, as far as its name tells: the session, or claims. */
function asksRequest(definition: string): boolean {
  const condition = /^CHECK \(([^]*)\)/.exec(definition)?.[1];
  if (condition === undefined) return true;
  let asks = false;
  walk(parseOnce(condition).tree, (node) => {
    if (as("SQLValueFunction", node)) asks = true;
    const [name, schema] = nameParts(as("FuncCall", node)?.funcname).toReversed();
    if (schema !== undefined || name === "current_setting") asks = true;
  });
  return asks;
}

function added({ before, after, roles }: Worlds, one: TableConstraint): ObjectChange {
  const base = { kind: "constraint" as const, name: shownName(one), roles: [] };
  const relation = nameKey(relationOf(one));
  const of = one.references && after.side.relation(one.references);
  const changes: ObjectChange = { ...base, effect: "changes", why: { kind: "new" } };
  if (!of || !after.side.relationByKey(relation)?.rowSecurity) return changes;
  const actions: readonly ["DELETE" | "UPDATE", keyof TableConstraint & ("onDelete" | "onUpdate")][] = [
    ["DELETE", "onDelete"],
    ["UPDATE", "onUpdate"],
  ];
  for (const [privilege, on] of actions) {
    const acting = roles.filter(
      (role) => after.side.mayUse(of.schema, role) && after.side.hasPrivilege(of, privilege, role),
    );
    const did = before.facts.constraints.some((was) => isAlike(was, one) && was[on] === one[on]);
    if (one[on] === null || did || acting.length === 0) continue;
    const action = `ON ${privilege} ${one[on]}`;
    const why = { kind: "referential action", relation, of: nameKey(of), action } as const;
    return { ...base, effect: "cannot be told", roles: acting, why };
  }
  return changes;
}

/** The same columns refer to the same relation. */
const isAlike = (one: TableConstraint, other: TableConstraint): boolean =>
  sameText(
    [one.schema, one.relation, one.references, one.columns],
    [other.schema, other.relation, other.references, other.columns],
  );
