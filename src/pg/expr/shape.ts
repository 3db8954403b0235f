import type { Node, SelectStmt, TypeName } from "libpg-query";
import { nameKey, shownName, type NameKey } from "../name.ts";
import { as, type Expr } from "./node.ts";

/** The parts of a dotted name made of String nodes. */
export const nameParts = (names: Node[] | undefined): string[] =>
  (names ?? []).map((part) => as("String", part)?.sval ?? "*");

/**
 * The name of a call as written (`["auth", "jwt"]`) and its arguments; null for any other node and for calls with
 * FILTER, OVER, DISTINCT and the like.
 */
export function call(node: Expr | undefined): { name: string[]; args: Expr[] } | null {
  const found = as("FuncCall", node);
  if (!found || found.agg_filter || found.over || found.agg_distinct || found.agg_order) return null;
  return { name: nameParts(found.funcname), args: found.args ?? [] };
}

/**
 * The key of a function whose name is written with its schema. A name without a schema gets `schema`, or null if that
 * is left out.
 */
export function callKey(name: readonly string[], schema: string | null = null): NameKey | null {
  const [last, before = schema, ...more] = name.toReversed();
  return last === undefined || before === null || more.length > 0 ? null : nameKey({ schema: before, name: last });
}

/** The arguments, if the node calls the function of pg_catalog with this name; otherwise null. */
export function callsBuiltin(node: Expr | undefined, name: string): Expr[] | null {
  const found = call(node);
  if (!found) return null;
  const parts = found.name[0] === "pg_catalog" ? found.name.slice(1) : found.name;
  return parts.length === 1 && parts[0] === name ? found.args : null;
}

/**
 * The name of a type as written and quoted, without pg_catalog and type modifier: `uuid`, `public.staff_role`; arrays
 * end in `[]`.
 */
export function typeText(type: TypeName | undefined): string {
  const parts = nameParts(type?.names).filter((part, index) => !(index === 0 && part === "pg_catalog"));
  const alias: Record<string, string> = { int4: "integer", int8: "bigint", int2: "smallint", bool: "boolean" };
  const short = parts.length === 1 ? alias[parts[0] ?? ""] : undefined;
  const name = short ?? shownName(parts);
  return name + "[]".repeat(type?.arrayBounds?.length ?? 0);
}

/** The text of a string constant, with or without casts to text (`'x'::text` as pg_get_expr prints it). */
export function stringConst(node: Expr | undefined): string | null {
  const constant = as("A_Const", node);
  if (constant) return constant.sval && !constant.isnull ? (constant.sval.sval ?? "") : null;
  const cast = as("TypeCast", node);
  if (cast && TEXT_TYPES.has(typeText(cast.typeName))) return stringConst(cast.arg);
  return null;
}

/** The value of a boolean constant; null for any other node. */
export function boolConst(node: Expr | undefined): boolean | null {
  const constant = as("A_Const", node);
  if (constant?.boolval) return constant.boolval.boolval ?? false;
  const cast = as("TypeCast", node);
  if (cast && typeText(cast.typeName) === "boolean") {
    const inner = boolConst(cast.arg);
    if (inner !== null) return inner;
    const text = stringConst(cast.arg);
    if (text === "t" || text === "true") return true;
    if (text === "f" || text === "false") return false;
  }
  return null;
}

export const TEXT_TYPES: ReadonlySet<string> = new Set(["text", "varchar", "character varying"]);

/** `left op right` for a plain binary operator. */
export function binary(
  node: Expr | undefined,
  operator?: string,
): { operator: string; left: Expr; right: Expr } | null {
  const found = as("A_Expr", node);
  if (!found || found.kind !== "AEXPR_OP" || !found.lexpr || !found.rexpr) return null;
  const name = nameParts(found.name).at(-1) ?? "";
  return operator === undefined || operator === name ? { operator: name, left: found.lexpr, right: found.rexpr } : null;
}

/** The arguments of NULLIF. */
export function nullif(node: Expr | undefined): { value: Expr; nulled: Expr } | null {
  const found = as("A_Expr", node);
  return found?.kind === "AEXPR_NULLIF" && found.lexpr && found.rexpr
    ? { value: found.lexpr, nulled: found.rexpr }
    : null;
}

/**
 * The one expression of a scalar sub-query without FROM, `(select f())`: the InitPlan form. Null for any other node.
 */
export function initPlanTarget(node: Expr | undefined): Expr | null {
  const link = as("SubLink", node);
  if (!link || link.subLinkType !== "EXPR_SUBLINK" || link.testexpr) return null;
  const select = as("SelectStmt", link.subselect);
  return select ? bareTarget(select) : null;
}

/** The one target of `SELECT expression` without any other clause. */
export function bareTarget(select: SelectStmt): Expr | null {
  const { targetList, limitOption, op, groupDistinct, all, ...rest } = select;
  void limitOption;
  void groupDistinct;
  void all;
  if (op !== "SETOP_NONE" || targetList?.length !== 1 || Object.keys(rest).length > 0) return null;
  return as("ResTarget", targetList[0])?.val ?? null;
}

/** The conjuncts of nested ANDs; a node that is not an AND is its own only conjunct. */
export function conjuncts(node: Expr): Expr[] {
  const bool = as("BoolExpr", node);
  return bool?.boolop === "AND_EXPR" ? (bool.args ?? []).flatMap(conjuncts) : [node];
}

/** The disjuncts of nested ORs; a node that is not an OR is its own only disjunct. */
export function disjuncts(node: Expr): Expr[] {
  const bool = as("BoolExpr", node);
  return bool?.boolop === "OR_EXPR" ? (bool.args ?? []).flatMap(disjuncts) : [node];
}
