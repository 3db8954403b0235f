import { as, type Expr } from "./node.ts";
import { binary, call, callsBuiltin, nameParts, nullif, typeText } from "./shape.ts";
import { transform } from "./transform.ts";

/**
 * A tree without the parts that pg_get_expr adds and a person would not write: the cast in `'x'::text` where PostgreSQL
 * resolves the constant to text anyway, and the name of a target where PostgreSQL would give it the same name. The
 * analysed tree is the same, so pg_get_expr prints both in the same way.
 */
export function asWritten(tree: Expr): Expr {
  return transform(tree, (_, descend) => {
    const inner = descend();
    return bareTargetName(inner) ?? bareConstants(inner) ?? inner;
  });
}

/** `select auth.uid() as uid` is named `uid` in any case (parse_target.c, FigureColname). */
function bareTargetName(node: Expr): Expr | null {
  const target = as("ResTarget", node);
  if (target?.name === undefined || target.indirection || nameGiven(target.val) !== target.name) return null;
  const { name: _, ...rest } = target;
  return { ResTarget: rest };
}

function nameGiven(node: Expr | undefined): string | null {
  const fn = as("FuncCall", node);
  if (fn) return nameParts(fn.funcname).at(-1) ?? null;
  if (nullif(node)) return "nullif";
  if (as("CoalesceExpr", node)) return "coalesce";
  const cast = as("TypeCast", node);
  if (!cast) return null;
  const inner = cast.arg;
  const isUnnamed = as("A_Const", inner) !== null || binary(inner) !== null;
  return isUnnamed ? (nameParts(cast.typeName?.names).at(-1) ?? null) : nameGiven(inner);
}

/**
 * The node with bare constants where PostgreSQL resolves an unknown literal to text: the key of a json operator, the
 * arguments of current_setting and nullif, and a constant compared with an expression that is text by its own form.
 * Beside a column, the cast decides which operator is chosen, so it stays.
 */
function bareConstants(node: Expr): Expr | null {
  const setting = callsBuiltin(node, "current_setting");
  const fn = as("FuncCall", node);
  if (setting && fn) return { FuncCall: { ...fn, args: setting.map(bare) } };
  const expr = as("A_Expr", node);
  if (!expr?.lexpr || !expr.rexpr) return null;
  const operator = nameParts(expr.name).join(".");
  const isPlain = expr.kind === "AEXPR_OP";
  const isJson = isPlain && (operator === "->" || operator === "->>") && isDocument(expr.lexpr);
  const isCompared =
    (isPlain && COMPARISONS.has(operator)) || expr.kind === "AEXPR_NULLIF" || expr.kind === "AEXPR_OP_ANY";
  return isJson || (isCompared && isText(expr.lexpr))
    ? { A_Expr: { ...expr, rexpr: expr.kind === "AEXPR_OP_ANY" ? bareElements(expr.rexpr) : bare(expr.rexpr) } }
    : null;
}

const COMPARISONS = new Set(["=", "<>", "<", ">", "<=", ">="]);

/** A string constant without its cast to text. */
function bare(node: Expr): Expr {
  const cast = as("TypeCast", node);
  const constant = as("A_Const", cast?.arg);
  return cast?.arg && constant?.sval && typeText(cast.typeName) === "text" && !cast.typeName?.typmods ? cast.arg : node;
}

/**
 * An array of text constants: PostgreSQL resolves an array that consists of unknown literals alone to an array of text.
 */
function bareElements(node: Expr): Expr {
  const array = as("A_ArrayExpr", node);
  const elements = array?.elements?.map(bare) ?? [];
  return array && elements.length > 0 && elements.every((element) => as("A_Const", element)?.sval)
    ? { A_ArrayExpr: { ...array, elements } }
    : node;
}

/**
 * True if an expression is json by its own form: a call without arguments, alone or in a sub-query, or a member of such
 * a call.
 */
function isDocument(node: Expr): boolean {
  const member = binary(node, "->");
  if (member) return isDocument(member.left);
  const cast = as("TypeCast", node);
  if (cast) return ["json", "jsonb"].includes(typeText(cast.typeName));
  return call(targetOf(node) ?? node)?.args.length === 0;
}

/** True if an expression is text by its own form. */
function isText(node: Expr): boolean {
  const target = targetOf(node);
  if (target) return isText(target);
  const cast = as("TypeCast", node);
  if (cast) return typeText(cast.typeName) === "text";
  if (callsBuiltin(node, "current_setting")) return true;
  const nulled = nullif(node);
  if (nulled) return isText(nulled.value);
  const member = binary(node, "->>");
  if (member) return isDocument(member.left);
  const choices = as("CoalesceExpr", node)?.args;
  return choices !== undefined && choices.length > 0 && choices.every(isText);
}

function targetOf(node: Expr): Expr | null {
  const link = as("SubLink", node);
  const select = link?.subLinkType === "EXPR_SUBLINK" ? as("SelectStmt", link.subselect) : null;
  if (!select || select.fromClause || select.targetList?.length !== 1) return null;
  return as("ResTarget", select.targetList[0])?.val ?? null;
}
