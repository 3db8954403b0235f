import { as, type Expr } from "../../pg/expr/node.ts";
import { initPlanTarget, nameParts, stringConst, typeText } from "../../pg/expr/shape.ts";
import { builtInName, calledFunction, isAmbiguous, ownFunctions } from "./called.ts";
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
    const found = type.endsWith("[]") ? gatheredRows(encoder, cast.arg, frame) : null;
    return found && { ...found, element: asElement(found.element, type) };
  }
  const link = as("SubLink", node);
  const select = as("SelectStmt", link?.subselect);
  if (select && link?.subLinkType === "ARRAY_SUBLINK")
    return isOverRows(select) ? { select, frame, element: null, withoutRows: "empty" } : null;
  if (select && link?.subLinkType === "EXPR_SUBLINK") return aggregated(encoder, select, frame);
  const called = node ? calledQuery(encoder, node, frame) : null;
  const found = called && gatheredRows(encoder, called.expr, called.frame);
  return found && { ...found, element: asElement(found.element, called.fn.result) };
}

/** An element that was turned into a type already stays of it: PostgreSQL would turn it twice, which is not modelled. */
const asElement = (known: string | null, array: string): string => known ?? array.replace(/\[\]$/, "");

/** A query with FROM, or a UNION of such. */
export const isOverRows = (select: Select): boolean =>
  select.fromClause !== undefined ||
  (select.op === "SETOP_UNION" && select.larg?.fromClause !== undefined && select.rarg?.fromClause !== undefined);

const PLAIN = new Set("op targetList fromClause whereClause limitOption groupDistinct all".split(" "));

function aggregated(encoder: Encoder, select: Select, frame: Frame): Gathered | null {
  if (!select.fromClause || !Object.keys(select).every((key) => PLAIN.has(key))) return null;
  const target = onlyTarget(select);
  const coalesced = as("CoalesceExpr", target ?? undefined)?.args;
  if (coalesced && (coalesced.length !== 2 || !isEmptyArray(coalesced[1]))) return null;
  const aggregate = coalesced ? coalesced[0] : (target ?? undefined);
  const found = as("FuncCall", aggregate);
  const called = calledFunction(nameParts(found?.funcname));
  const [arg, ...others] = found?.args ?? [];
  if (!found || !arg || others.length > 0 || found.agg_filter || found.agg_order || found.over) return null;
  if (builtInName(called) !== "array_agg" || isAmbiguous(encoder.side, frame, called)) return null;
  if (ownFunctions(encoder.side, frame, called).length > 0) return null;
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
