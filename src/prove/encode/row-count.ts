import { as, type Expr } from "../../pg/expr/node.ts";
import { call, nameParts } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { isScalarBuiltIn } from "../pure.ts";
import { returnsSet } from "./body.ts";
import { calledFunction, isAmbiguous, ownFunctions } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { isTokenFunction } from "./platform.ts";

/**
 * A select list, ORDER BY or the like that leaves the number of rows as it is: every call in it, in its sub-queries
 * too, is known to be of a function that gives one value for one row. An aggregate makes one row of all, also from
 * inside a sub-query (manual, 4.2.7), a set-returning function none or several of each.
 */
export const keepsRows = (encoder: Encoder, part: unknown, frame: Frame): boolean =>
  !some(part, (node) => as("FuncCall", node) !== null && !isOneValue(encoder, node, frame));

function isOneValue({ side }: Encoder, node: Expr, frame: Frame): boolean {
  const made = call(node);
  if (!made) return false;
  const called = calledFunction(made.name);
  if (isAmbiguous(side, frame, called)) return false;
  const own = ownFunctions(side, frame, called);
  if (own.length > 0) return own.every((fn) => fn.kind === "function" && !returnsSet(fn));
  if (called.schema === null || called.schema === "pg_catalog") return isScalarBuiltIn(called.name);
  return isTokenFunction({ schema: called.schema, name: called.name });
}

const AGGREGATES =
  /^(count|sum|avg|min|max|bool_and|bool_or|every|array_agg|string_agg|jsonb?_agg|jsonb?_object_agg|bit_and|bit_or|any_value|mode|percentile_\w+|stddev\w*|var\w*)$/;
const SET_RETURNING =
  /^(unnest|jsonb?_array_elements(_text)?|jsonb?_object_keys|jsonb?_each(_text)?|generate_series|regexp_split_to_table|string_to_table|regexp_matches)$/;

/** The construct of a select list that does not keep the number of rows, for the reason: a known name, or any call. */
export function otherRows(part: unknown): "aggregate" | "set-returning function" | "target" {
  const calls = (names: RegExp): boolean =>
    some(part, (node) => names.test(nameParts(as("FuncCall", node)?.funcname).at(-1) ?? ""));
  return calls(AGGREGATES) ? "aggregate" : calls(SET_RETURNING) ? "set-returning function" : "target";
}
