import { as, type Expr } from "../../pg/expr/node.ts";
import { initPlanTarget, stringConst, typeText } from "../../pg/expr/shape.ts";
import { builtInAggregate, isPlainQuery } from "./aggregate.ts";
import type { Encoder } from "./context.ts";
import type { Frame, Select } from "./frame.ts";
import { calledQuery } from "./inline.ts";
import { onlyTarget } from "./one-row.ts";

/** A query whose rows are the elements of an array. */
export interface Gathered {
  /** with the element as its only column */
  select: Select;
  frame: Frame;
  /** the type that elements are turned into; null where they stay as they are */
  element: string | null;
  /** what the array is where there is no row: `array_agg` gives NULL (manual, 9.21), ARRAY(…) an empty array */
  withoutRows: "empty" | "null";
}

/**
 * `ARRAY(SELECT …)`, `(SELECT array_agg(x) FROM …)`, the latter in COALESCE with an empty array, and a function in SQL or
 * PL/pgSQL that returns one of these. Null for any other array.
 */
export function gatheredRows(encoder: Encoder, node: Expr | undefined, frame: Frame): Gathered | null {
  const inner = initPlanTarget(node);
  if (inner) return gatheredRows(encoder, inner, frame);
  const cast = as("TypeCast", node);
  if (cast) {
    const type = typeText(cast.typeName);
    // varchar(3)[] and timestamptz(0)[] change their elements
    const changes = (cast.typeName?.typmods ?? []).length > 0;
    const found = type.endsWith("[]") && !changes ? gatheredRows(encoder, cast.arg, frame) : null;
    return found && withElement(found, type);
  }
  const link = as("SubLink", node);
  const select = as("SelectStmt", link?.subselect);
  if (select && link?.subLinkType === "ARRAY_SUBLINK")
    return isOverRows(select) ? { select, frame, element: null, withoutRows: "empty" } : null;
  if (select && link?.subLinkType === "EXPR_SUBLINK") return aggregated(encoder, select, frame);
  const called = node ? calledQuery(encoder, node, frame) : null;
  const found = called && gatheredRows(encoder, called.expr, called.frame);
  return found && withElement(found, called.fn.result);
}

/** Elements that are turned into one type and then into another are not modelled: null. */
function withElement(found: Gathered, array: string): Gathered | null {
  const element = array.replace(/\[\]$/, "");
  return found.element === null || found.element === element ? { ...found, element } : null;
}

/** A query with FROM, or a UNION of such. */
const isOverRows = (select: Select): boolean =>
  select.fromClause !== undefined ||
  (select.op === "SETOP_UNION" && select.larg?.fromClause !== undefined && select.rarg?.fromClause !== undefined);

function aggregated(encoder: Encoder, select: Select, frame: Frame): Gathered | null {
  if (!isPlainQuery(select)) return null;
  const target = onlyTarget(select);
  const coalesced = as("CoalesceExpr", target ?? undefined)?.args;
  if (coalesced && (coalesced.length !== 2 || !isEmptyArray(coalesced[1]))) return null;
  const aggregate = coalesced ? coalesced[0] : (target ?? undefined);
  const [arg, ...others] = as("FuncCall", aggregate)?.args ?? [];
  // what DISTINCT takes away is there once all the same
  if (builtInAggregate(encoder, aggregate, frame) !== "array_agg" || !arg || others.length > 0) return null;
  return {
    select: { ...select, targetList: [{ ResTarget: { val: arg } }] },
    frame,
    element: null,
    withoutRows: coalesced ? "empty" : "null",
  };
}

/** `'{}'` or `ARRAY[]`, with a cast or without. */
function isEmptyArray(node: Expr | undefined): boolean {
  const cast = as("TypeCast", node);
  if (cast) return isEmptyArray(cast.arg);
  const array = as("A_ArrayExpr", node);
  return stringConst(node) === "{}" || (array !== null && (array.elements ?? []).length === 0);
}
