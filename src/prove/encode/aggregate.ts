import { as, type Expr } from "../../pg/expr/node.ts";
import { call, nameParts } from "../../pg/expr/shape.ts";
import { builtInName, calledFunction, isAmbiguous, ownFunctions } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame, Select } from "./frame.ts";
import { over, raisesOver } from "./lookup.ts";
import type { BoundRow } from "../logic/formula.ts";
import type { Condition } from "./value.ts";

/** An aggregate of pg_catalog that is the one target of a query without GROUP BY: one row, whatever rows there are. */
export interface Aggregate {
  name: string;
  /** null for `count(*)` */
  arg: Expr | null;
  /** the query with the argument of the aggregate in its place */
  rows: Select;
}

const PLAIN = new Set("op targetList fromClause whereClause limitOption groupDistinct all".split(" "));

/** SELECT with FROM and WHERE alone. */
export const isPlainQuery = (select: Select): boolean =>
  select.op === "SETOP_NONE" && select.fromClause !== undefined && Object.keys(select).every((key) => PLAIN.has(key));

/** The name of the function of pg_catalog that a call without FILTER, ORDER BY and OVER means; null for anything else. */
export function builtInAggregate(encoder: Encoder, node: Expr | undefined, frame: Frame): string | null {
  const found = as("FuncCall", node);
  if (!found || found.agg_filter || found.over || found.agg_order) return null;
  const called = calledFunction(nameParts(found.funcname));
  if (isAmbiguous(encoder.side, frame, called) || ownFunctions(encoder.side, frame, called).length > 0) return null;
  return builtInName(called);
}

/**
 * `count`, `bool_or`, `bool_and` and `every` without DISTINCT, ORDER BY or FILTER (manual, 9.21). Null for anything else.
 */
export function aggregateOf(encoder: Encoder, select: Select, frame: Frame): Aggregate | null {
  if (!isPlainQuery(select)) return null;
  const [target] = select.targetList ?? [];
  const only = select.targetList?.length === 1 ? as("ResTarget", target)?.val : undefined;
  const found = as("FuncCall", only);
  const name = builtInAggregate(encoder, only, frame);
  if (!found || name === null || found.agg_distinct) return null;
  const [arg, ...more] = call(only)?.args ?? [];
  if (more.length > 0) return null;
  if (!(name === "count" || ((name === "bool_or" || name === "bool_and" || name === "every") && arg))) return null;
  if (name === "count" && !arg && !found.agg_star) return null;
  const one: Expr = { ResTarget: { val: arg ?? { A_Const: { ival: { ival: 1 } } } } };
  return { name, arg: arg ?? null, rows: { ...select, targetList: [one] } };
}

/**
 * `bool_or(x)`: true where some x is, NULL where none is known, and `bool_and` the other way round (measured on 15 and
 * 18: no rows give NULL).
 */
export function overRows(
  encoder: Encoder,
  name: string,
  found: { rows: readonly BoundRow[]; holds: Condition },
  value: Condition,
): Condition {
  const { logic, values } = encoder;
  const raises = raisesOver(encoder, found.rows, found.holds, value.raises);
  const settled = logic.not(raises);
  const some = (part: Condition["isTrue"]): Condition["isTrue"] =>
    over(encoder, found.rows, logic.and(found.holds.isTrue, part));
  const [someTrue, someFalse] = [some(value.isTrue), some(value.isFalse)];
  return name === "bool_or"
    ? values.condition(raises, someTrue, logic.and(settled, logic.not(someTrue), someFalse))
    : values.condition(raises, logic.and(settled, logic.not(someFalse), someTrue), someFalse);
}

/** A comparison of `count` that asks whether there is a row, and how it answers. */
export function asksForRow(operator: string, bound: number): "some" | "none" | null {
  switch (operator) {
    case ">":
    case "<>":
      return bound === 0 ? "some" : null;
    case ">=":
      return bound === 1 ? "some" : null;
    case "=":
    case "<=":
      return bound === 0 ? "none" : null;
    case "<":
      return bound === 1 ? "none" : null;
    default:
      return null;
  }
}
