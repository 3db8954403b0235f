import type { PgFunction, Relation } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { equal } from "../pg/expr/equal.ts";
import { asWritten } from "../pg/expr/normal.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { call } from "../pg/expr/shape.ts";
import { transform } from "../pg/expr/transform.ts";
import { some } from "../pg/expr/walk.ts";
import { functionKey, nameKey, type FunctionKey } from "../pg/name.ts";
import { bodyExpression } from "./body.ts";
import { columnsNamed } from "./columns.ts";
import { followReading, followText, readingKey, type Followed, type Reading, type World } from "./follow.ts";
import type { CannotTell } from "./result.ts";
import { shownRows } from "./shown-rows.ts";

/** A plan on a database: both sides, and the functions that it makes, changes or drops. */
export interface Worlds {
  before: World;
  after: World;
  changed: ReadonlySet<FunctionKey>;
}

/** Rows of a relation that a sub-query reads under policies that are not there yet: the name that takes its place. */
export interface Inserted {
  name: string;
  relation: Relation;
  where: string | null;
  columns: Relation["columns"];
}

/** The condition of the new policies, as it can be evaluated on a database that has the old ones. */
export interface Evaluable {
  text: string;
  /** in the order in which they depend on each other */
  inserted: Inserted[];
  /** a body takes the place of a call that PostgreSQL itself does not inline: other parts may then be evaluated first */
  reordered: boolean;
}

/** True if a role reads other rows of the relation after the plan, as far as the texts of policies and functions show. */
export function isAffected(worlds: Worlds, reading: Reading): boolean {
  if (isChanged(worlds, reading)) return true;
  return [followReading(worlds.before, reading), followReading(worlds.after, reading)].some((followed) =>
    reachesChange(worlds, followed),
  );
}

const reachesChange = (worlds: Worlds, { readings, functions, opaque }: Followed): boolean =>
  opaque.some((one) => isOpen(worlds, one)) ||
  [...functions.keys()].some((key) => worlds.changed.has(key)) ||
  readings.some((reading) => isChanged(worlds, reading));

/** True if what cannot be read of a function may depend on the plan: it calls what changes, or policies bind its reader. */
function isOpen({ after, changed }: Worlds, { role }: Followed["opaque"][number]): boolean {
  const reader = after.side.catalog.roles.find(({ name }) => name === role);
  return changed.size > 0 || !(reader?.superuser === true || reader?.bypassRls === true);
}

/** True if the plan changes the policies by which the role reads the relation. */
export function isChanged({ before, after }: Worlds, { relation, role }: Reading): boolean {
  const [old, next] = [shownRows(before.side, relation, role), shownRows(after.side, relation, role)];
  if (old.kind === "all" || next.kind === "all") return old.kind !== next.kind;
  return old.text !== next.text && !equal(asWritten(parseExpr(old.text)), asWritten(parseExpr(next.text)));
}

/** The new condition on the rows that a role reads, or the reason why it cannot be evaluated before the plan is applied. */
export function evaluableAfter(worlds: Worlds, reading: Reading): Evaluable | CannotTell {
  const inserted: Inserted[] = [];
  const text = conditionOf(worlds, reading, inserted, []);
  if (typeof text !== "string") return text;
  const isCalled = [...followReading(worlds.after, reading).functions.values()].some(
    (facts) => worlds.changed.has(functionKey(facts)) && worlds.after.functionOf(facts)?.language !== "sql",
  );
  const hasParts = some(parseExpr(text), (node) => as("BoolExpr", node) !== null);
  return { text, inserted, reordered: isCalled && hasParts };
}

export const isCannotTell = <T extends object>(value: T | CannotTell): value is CannotTell => "kind" in value;

function conditionOf(
  worlds: Worlds,
  reading: Reading,
  inserted: Inserted[],
  open: readonly string[],
): string | CannotTell {
  if (open.includes(readingKey(reading))) return { kind: "recursion" };
  const { relation, role } = reading;
  const shown = shownRows(worlds.after.side, relation, role);
  if (shown.kind === "all") return "true";
  const inlined = withoutChangedCalls(worlds, parseExpr(shown.text));
  if (isCannotTell<{ tree: Expr }>(inlined)) return inlined;
  let because: CannotTell | null = null;
  const tree = transform(inlined.tree, (node, descend) => {
    const named = as("RangeVar", node);
    if (!named?.schemaname || because !== null) return descend();
    const inner = worlds.after.side.relation({ schema: named.schemaname, name: named.relname ?? "" });
    if (!inner || inner.kind === "view" || !isAffected(worlds, { relation: inner, role })) return node;
    const taken = insertedFor(worlds, { relation: inner, role }, inserted, [...open, readingKey(reading)]);
    if (isCannotTell<Inserted>(taken)) {
      because = taken;
      return node;
    }
    if (named.inh !== true) because = { kind: "changed relation", relation: nameKey(inner) };
    const { schemaname: _schema, catalogname: _catalog, ...rest } = named;
    return { RangeVar: { ...rest, relname: taken.name, alias: named.alias ?? { aliasname: inner.name } } };
  });
  if (because !== null) return because;
  if (some(tree, (node) => as("JoinExpr", node)?.isNatural === true)) return { kind: "whole row" };
  for (const one of inserted) addColumns(one, tree);
  const text = printExpr(tree);
  return unresolved(worlds, text, role) ?? text;
}

/** What of the text would still be read as it is before the plan. */
function unresolved(worlds: Worlds, text: string, role: string): CannotTell | null {
  const followed = followText(worlds.after, text, role);
  const opaque = followed.opaque.find((one) => isOpen(worlds, one));
  if (opaque) return { kind: "unread function", name: nameKey(opaque.facts) };
  const changed = [...followed.functions].find(([key]) => worlds.changed.has(key));
  if (changed) return { kind: "changed function", name: changed[0] };
  const other = followed.readings.find((one) => isChanged(worlds, one));
  return other ? { kind: "changed relation", relation: nameKey(other.relation) } : null;
}

function insertedFor(
  worlds: Worlds,
  reading: Reading,
  inserted: Inserted[],
  open: readonly string[],
): Inserted | CannotTell {
  const { relation, role } = reading;
  const there = inserted.find((one) => nameKey(one.relation) === nameKey(relation));
  if (there) return there;
  // without the privilege, or with one on single columns, the statement may fail where a record set does not
  if (!worlds.after.side.mayReadAll(relation, role)) return { kind: "changed relation", relation: nameKey(relation) };
  const where = conditionOf(worlds, reading, inserted, open);
  if (typeof where !== "string") return where;
  const made: Inserted = { name: `rlsmith_t${inserted.length}`, relation, where, columns: [] };
  addColumns(made, parseExpr(where));
  for (const one of inserted) addColumns(one, parseExpr(where));
  inserted.push(made);
  return made;
}

function addColumns(one: Inserted, tree: Expr): void {
  const named = new Set([...one.columns, ...columnsNamed(one.relation, [tree])]);
  one.columns = one.relation.columns.filter((column) => named.has(column));
}

/** The tree with the new bodies of changed functions in place of their calls, as far as bodies are one expression. */
function withoutChangedCalls(worlds: Worlds, tree: Expr): { tree: Expr } | CannotTell {
  const { after, changed } = worlds;
  let at = tree;
  // a body may call another function that the plan changes
  for (let depth = 0; depth < 8; depth += 1) {
    let because: CannotTell | null = null;
    const next = transform(at, (node, descend) => {
      const fn = calledFunction(after, node);
      if (!fn || !changed.has(functionKey(fn))) return descend();
      const body = (call(node)?.args.length ?? 0) === 0 ? bodyExpression(fn) : null;
      if (body === null) because ??= { kind: "changed function", name: functionKey(fn) };
      return body ?? node;
    });
    if (because !== null) return because;
    if (next === at) return { tree: at };
    at = parseExpr(printExpr(next));
  }
  return { kind: "recursion" };
}

/** The one function of the catalog that a node calls. */
function calledFunction(world: World, node: Expr): PgFunction | null {
  const made = call(node);
  const [name = "", schema = null] = made?.name.toReversed() ?? [];
  if (!made || schema === null) return null;
  const found = world.index.resolve({ schema, name, args: made.args }, null);
  const [only] = found;
  return found.length === 1 && only ? (world.functionOf(only) ?? null) : null;
}
