import { as, type Expr } from "../../pg/expr/node.ts";
import { initPlanTarget, stringConst } from "../../pg/expr/shape.ts";
import { INTEGERS, TYPE, type ScalarType } from "../logic/sort.ts";
import { builtInAggregate, isPlainQuery } from "./aggregate.ts";
import { castTo } from "./cast.ts";
import { encodeComparison } from "./compare.ts";
import type { Encoder } from "./context.ts";
import type { Frame, Select } from "./frame.ts";
import { findRows } from "./from.ts";
import { calledQuery } from "./inline.ts";
import { lifted } from "./lookup.ts";
import { onlyTarget, pinsOneRow, textOfColumn } from "./one-row.ts";
import type { Value } from "./value.ts";

/** A query that gathers its rows in a document of keys and values. */
interface Gathered {
  select: Select;
  key: Expr;
  value: Expr;
  frame: Frame;
}

/**
 * `(SELECT jsonb_object_agg(k, v) FROM …) ->> key`: the text of the v of the one row whose k is the key, NULL where
 * there is none. A second row with the key would take its place in an order that is not told: so a unique key has to
 * know the row by k and WHERE. A key that is NULL raises 22023: so k is a column that is NOT NULL. Null for anything else.
 */
export function textInAggregate(encoder: Encoder, document: Expr, key: Expr, frame: Frame): Value | null {
  const gathered = gatheredIn(encoder, document, frame);
  const found = gathered && findRows(encoder, gathered.select, gathered.frame, "values");
  if (!gathered || found?.kind !== "rows") return null;
  const column = textOfColumn(encoder, gathered.key, found.frame)?.column;
  if (!column?.notNull || !pinsOneRow(encoder, gathered.select, found.frame, [column.name])) return null;
  const asked = encoder.expression(key, { ...frame, depth: Math.max(frame.depth, found.frame.depth) });
  const [name, value] = [gathered.key, gathered.value].map((of) =>
    textOf(encoder, encoder.expression(of, found.frame)),
  );
  const isIt = name && encodeComparison(encoder, "=", name, asked);
  if (!isIt || !value) return null;
  return lifted(encoder, found.rows, encoder.values.and([found.holds, isIt]), value);
}

/** The text that jsonb gives is that of the type itself; times are written in another way. */
function textOf(encoder: Encoder, value: Value): Value | null {
  const isTold = value.kind === "condition" || (value.kind === "scalar" && isToldAlike(value.type));
  return isTold ? castTo(encoder, value, { kind: "scalar", type: TYPE.text }) : null;
}

const isToldAlike = (type: ScalarType): boolean =>
  type === TYPE.text || type === TYPE.uuid || type.kind === "enum" || INTEGERS.includes(type);

/** The query of the document, with `'{}'` for no rows or without, also as the body of a function. */
function gatheredIn(encoder: Encoder, node: Expr | undefined, frame: Frame): Gathered | null {
  const inner = initPlanTarget(node);
  if (inner) return gatheredIn(encoder, inner, frame);
  const given = orEmpty(node);
  if (given) return gatheredIn(encoder, given, frame);
  const link = as("SubLink", node);
  const select = as("SelectStmt", link?.subselect);
  if (select) return link?.subLinkType === "EXPR_SUBLINK" ? aggregated(encoder, select, frame) : null;
  const called = node ? calledQuery(encoder, node, frame) : null;
  return called?.fn.result === "jsonb" ? gatheredIn(encoder, called.expr, called.frame) : null;
}

function aggregated(encoder: Encoder, select: Select, frame: Frame): Gathered | null {
  const target = isPlainQuery(select) ? (onlyTarget(select) ?? undefined) : undefined;
  const aggregate = orEmpty(target) ?? target;
  const found = as("FuncCall", aggregate);
  const [key, value, ...others] = found?.args ?? [];
  if (!key || !value || others.length > 0 || found?.agg_distinct) return null;
  if (builtInAggregate(encoder, aggregate, frame) !== "jsonb_object_agg") return null;
  return { select: { ...select, targetList: [{ ResTarget: { val: value } }] }, key, value, frame };
}

/** What COALESCE replaces by an empty document: neither has a member. */
function orEmpty(node: Expr | undefined): Expr | null {
  const [first, second, ...others] = as("CoalesceExpr", node)?.args ?? [];
  const empty = stringConst(as("TypeCast", second)?.arg ?? second);
  return first && others.length === 0 && empty === "{}" ? first : null;
}
