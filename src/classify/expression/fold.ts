import type { ClaimsSource } from "../../pg/context.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { claimRead, settingRead } from "../../pg/expr/reads.ts";
import { call, callsBuiltin, initPlanTarget, nameParts, nullif, typeText } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { isSessionVariable, isTenancyClaim } from "./setting-use.ts";

/** The assumptions about the request under which an expression is partially evaluated. */
export interface Assumption {
  /** the state of every session variable: not known, unset, or empty */
  settings: "unknown" | "unset" | "empty";
  /** the state of every tenancy claim */
  claims: "unknown" | "missing";
  /** true if a call returns nothing but a session variable */
  returnsSetting: (schema: string | null, name: string) => boolean;
  source: ClaimsSource;
}

/** A value as far as it is known: a constant, a term that has the same value wherever its key appears, or nothing. */
export type Folded = { constant: string | number | boolean | null } | { term: string } | null;

const NULL: Folded = { constant: null };
const TRUE: Folded = { constant: true };
const FALSE: Folded = { constant: false };

export const isTrue = (value: Folded): boolean => value !== null && "constant" in value && value.constant === true;
/** A qual that is false or null allows no row (Postgres manual, CREATE POLICY). */
export const isNeverTrue = (value: Folded): boolean => value !== null && "constant" in value && value.constant !== true;
export const isConstant = (value: Folded): boolean => value !== null && "constant" in value;
const isNull = (value: Folded): boolean => value !== null && "constant" in value && value.constant === null;

/**
 * Evaluate an expression as far as the assumption allows, in three-valued logic. An expression that may raise an error
 * is not known.
 */
export function fold(node: Expr | undefined, given: Assumption): Folded {
  if (node === undefined) return null;
  // The kinds that no reader of settings or claims recognises come first, since most nodes are of these kinds.
  if ("BoolExpr" in node || "NullTest" in node || "BooleanTest" in node) return foldTest(node, given);
  const column = as("ColumnRef", node);
  if (column) return { term: `column ${JSON.stringify(nameParts(column.fields))}` };
  const constant = as("A_Const", node);
  if (constant) {
    if (constant.isnull) return NULL;
    if (constant.boolval) return { constant: constant.boolval.boolval ?? false };
    if (constant.ival) return { constant: constant.ival.ival ?? 0 };
    return constant.sval ? { constant: constant.sval.sval ?? "" } : null;
  }
  if ("CoalesceExpr" in node || "CaseExpr" in node) return foldValue(node, given);
  const args = callsBuiltin(node, "current_setting");
  const setting = args ? settingRead(node) : null;
  if (setting && isSessionVariable(setting.setting)) {
    if (given.settings === "empty") return { constant: "" };
    return given.settings === "unset" && setting.missingOk ? NULL : null;
  }
  const claim = claimRead(node, given.source);
  if (claim && claim.path.length > 0) {
    if (given.claims === "missing" && isTenancyClaim(claim.path)) return NULL;
    return { term: `claim ${JSON.stringify(claim.path)}` };
  }
  const inner = initPlanTarget(node);
  if (inner) return fold(inner, given);
  return foldValue(node, given) ?? foldTest(node, given);
}

function foldValue(node: Expr, given: Assumption): Folded {
  const cast = as("TypeCast", node);
  if (cast) return foldCast(fold(cast.arg, given), typeText(cast.typeName));
  const nulled = nullif(node);
  if (nulled) {
    const value = fold(nulled.value, given);
    return isTrue(compare("=", value, fold(nulled.nulled, given))) ? NULL : isNull(value) ? NULL : constantOnly(value);
  }
  for (const arg of as("CoalesceExpr", node)?.args ?? []) {
    const value = fold(arg, given);
    if (!isNull(value)) return value;
  }
  if (as("CoalesceExpr", node)) return NULL;
  const found = as("CaseExpr", node);
  if (found && !found.arg) {
    for (const arg of found.args ?? []) {
      const when = as("CaseWhen", arg);
      const condition = fold(when?.expr, given);
      if (isTrue(condition)) return fold(when?.result, given);
      if (!isNeverTrue(condition)) return null;
    }
    return found.defresult ? fold(found.defresult, given) : NULL;
  }
  const called = call(node);
  if (called) {
    const schema = called.name.length > 1 ? (called.name.at(-2) ?? null) : null;
    const name = called.name.at(-1) ?? "";
    // In that function an empty variable either counts as NULL, or its cast raises an error.
    if (given.settings !== "unknown" && given.returnsSetting(schema, name)) return NULL;
    if (STRICT.has(name) && (schema === null || schema === "pg_catalog")) {
      const first = fold(called.args[0], given);
      return isNull(first) ? NULL : TEXT_KEPT.has(name) && isEmpty(first) ? first : null;
    }
  }
  return null;
}

const STRICT = new Set("lower upper btrim ltrim rtrim string_to_array length".split(" "));
const TEXT_KEPT = new Set("lower upper btrim ltrim rtrim".split(" "));
const isEmpty = (value: Folded): boolean => value !== null && "constant" in value && value.constant === "";
const constantOnly = (value: Folded): Folded => (value && "constant" in value ? value : null);

function foldCast(value: Folded, type: string): Folded {
  if (value === null || "term" in value || value.constant === null) return value;
  if (type === "text" || type === "varchar") return { constant: String(value.constant) };
  if (type === "boolean" && typeof value.constant === "string") {
    const word = value.constant.trim().toLowerCase();
    if (["t", "true", "y", "yes", "on", "1"].includes(word)) return TRUE;
    return ["f", "false", "n", "no", "off", "0"].includes(word) ? FALSE : null;
  }
  // ''::uuid raises an error, and the output of other types is not known here.
  return null;
}

function foldTest(node: Expr, given: Assumption): Folded {
  const bool = as("BoolExpr", node);
  if (bool) {
    const parts = (bool.args ?? []).map((arg) => fold(arg, given));
    if (bool.boolop === "NOT_EXPR") return negate(parts[0] ?? null);
    const decisive = bool.boolop !== "AND_EXPR";
    if (parts.some((part) => part && "constant" in part && part.constant === decisive)) return { constant: decisive };
    if (parts.some((part) => part === null || "term" in part)) return null;
    return parts.some(isNull) ? NULL : { constant: !decisive };
  }
  const nullTest = as("NullTest", node);
  if (nullTest) {
    const value = fold(nullTest.arg, given);
    return value && "constant" in value ? { constant: isNull(value) === (nullTest.nulltesttype === "IS_NULL") } : null;
  }
  if (as("SubLink", node)) return findsNothing(node, given) ? FALSE : null;
  const truth = as("BooleanTest", node);
  if (truth) {
    const value = fold(truth.arg, given);
    if (value === null || "term" in value) return null;
    const wanted: Record<string, unknown> = { TRUE: true, FALSE: false, UNKNOWN: null };
    const [, not, word] = /^IS_(NOT_)?(.*)$/.exec(truth.booltesttype ?? "") ?? [];
    return { constant: (value.constant === wanted[word ?? ""]) === (not === undefined) };
  }
  const expression = as("A_Expr", node);
  return expression ? foldOperator(expression, given) : null;
}

/** True if a condition can only be false or null, neither of which allows a row (Postgres manual, CREATE POLICY). */
export function neverTrue(node: Expr, given: Assumption): boolean {
  const bool = as("BoolExpr", node);
  if (bool?.boolop === "AND_EXPR") return (bool.args ?? []).some((arg) => neverTrue(arg, given));
  if (bool?.boolop === "OR_EXPR") return (bool.args ?? []).every((arg) => neverTrue(arg, given));
  return isNeverTrue(fold(node, given));
}

/**
 * EXISTS and IN over a query whose WHERE is never true are false, but an aggregate without GROUP BY still returns a
 * row.
 */
function findsNothing(node: Expr, given: Assumption): boolean {
  const link = as("SubLink", node);
  if (link?.subLinkType !== "EXISTS_SUBLINK" && link?.subLinkType !== "ANY_SUBLINK") return false;
  const select = as("SelectStmt", link.subselect);
  if (!select?.whereClause || select.op !== "SETOP_NONE") return false;
  const aggregates = !select.groupClause && some(select.targetList, (inner) => as("FuncCall", inner) !== null);
  return !aggregates && neverTrue(select.whereClause, given);
}

function foldOperator(expression: NonNullable<ReturnType<typeof as<"A_Expr">>>, given: Assumption): Folded {
  const operator = nameParts(expression.name).at(-1) ?? "";
  const left = fold(expression.lexpr, given);
  const items = as("List", expression.rexpr)?.items ?? as("A_ArrayExpr", expression.rexpr)?.elements;
  switch (expression.kind) {
    case "AEXPR_OP": {
      const right = fold(expression.rexpr, given);
      // the operators of built-in types are strict
      if (isNull(left) || isNull(right)) return OPERATORS.has(operator) ? NULL : null;
      return compare(operator, left, right);
    }
    case "AEXPR_DISTINCT":
    case "AEXPR_NOT_DISTINCT": {
      const right = fold(expression.rexpr, given);
      const same = isNull(left) && isNull(right) ? TRUE : distinct(left, right);
      return expression.kind === "AEXPR_DISTINCT" ? negate(same) : same;
    }
    case "AEXPR_IN":
    case "AEXPR_OP_ANY": {
      if (isNull(left)) return NULL;
      if (operator !== "=" || !items) return null;
      const found = items.map((item) => compare("=", left, fold(item, given)));
      if (found.some(isTrue)) return TRUE;
      return found.every((one) => one && "constant" in one && one.constant === false) ? FALSE : null;
    }
    default:
      return null;
  }
}

const OPERATORS = new Set(["=", "<>", "!=", "<", ">", "<=", ">=", "~~", "!~~", "@>", "<@", "&&", "->", "->>"]);

function compare(operator: string, left: Folded, right: Folded): Folded {
  if (left === null || right === null || (operator !== "=" && operator !== "<>")) return null;
  if ("term" in left || "term" in right)
    return "term" in left && "term" in right && left.term === right.term ? { constant: operator === "=" } : null;
  if (left.constant === null || right.constant === null) return NULL;
  if (typeof left.constant !== typeof right.constant) return null;
  return { constant: (left.constant === right.constant) === (operator === "=") };
}

/** NOT DISTINCT where one side is known: a constant NULL is distinct from any other constant. */
function distinct(left: Folded, right: Folded): Folded {
  if (left && right && "constant" in left && "constant" in right && (isNull(left) || isNull(right))) return FALSE;
  return compare("=", left, right);
}

const negate = (value: Folded): Folded =>
  value && "constant" in value && typeof value.constant === "boolean"
    ? { constant: !value.constant }
    : isNull(value)
      ? NULL
      : null;
