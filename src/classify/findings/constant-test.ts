import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { formatExpr } from "../../pg/expr/format.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { binary, boolConst, conjuncts, nameParts, stringConst } from "../../pg/expr/shape.ts";

/** A condition that a column has one constant value, or none. */
export interface ConstantTest {
  column: string;
  /** the condition as a person would write it */
  text: string;
  /** `not`: a value of a mark, such as `<> 'deleted'` */
  wants:
    | { kind: "null" }
    | { kind: "not" }
    | { kind: "boolean"; value: boolean }
    | { kind: "text"; value: string }
    | { kind: "other" };
}

/** The conditions on constants that every row must satisfy to pass an expression. */
export function constantTests(tree: Expr): ConstantTest[] {
  return conjuncts(tree).flatMap((part) => {
    const test = testOf(part);
    return test === null ? [] : [{ ...test, text: formatExpr(printExpr(part)).join(" ") }];
  });
}

function testOf(node: Expr): Omit<ConstantTest, "text"> | null {
  const made = (column: Expr | undefined, wants: ConstantTest["wants"]): Omit<ConstantTest, "text"> | null => {
    const name = columnOf(column);
    return name === null ? null : { column: name, wants };
  };
  const nullTest = as("NullTest", node);
  if (nullTest) return made(nullTest.arg, nullTest.nulltesttype === "IS_NULL" ? { kind: "null" } : { kind: "other" });
  const truth = as("BooleanTest", node);
  if (truth)
    return made(truth.arg, {
      kind: "boolean",
      value: truth.booltesttype === "IS_TRUE" || truth.booltesttype === "IS_NOT_FALSE",
    });
  const bool = as("BoolExpr", node);
  if (bool?.boolop === "NOT_EXPR") return made(bool.args?.[0], { kind: "boolean", value: false });
  if (columnRef(node)) return made(node, { kind: "boolean", value: true });
  const list = as("A_Expr", node);
  if (list && (list.kind === "AEXPR_IN" || list.kind === "AEXPR_OP_ANY" || list.kind === "AEXPR_OP_ALL"))
    return isListOfConstants(list.rexpr)
      ? made(list.lexpr, { kind: nameParts(list.name).at(-1) === "<>" ? "not" : "other" })
      : null;
  const equality = binary(node, "=") ?? binary(node, "<>");
  if (equality) {
    const constant = constantOf(equality.right);
    if (constant === null) return null;
    const negated = equality.operator === "<>";
    if (constant.kind === "boolean") return made(equality.left, { ...constant, value: constant.value !== negated });
    return made(equality.left, negated ? { kind: "not" } : constant);
  }
  return null;
}

function columnOf(node: Expr | undefined): string | null {
  const cast = as("TypeCast", node);
  const filled = as("CoalesceExpr", node)?.args;
  if (filled) return filled.slice(1).every((arg) => constantOf(arg) !== null) ? columnOf(filled[0]) : null;
  return cast ? columnOf(cast.arg) : (columnRef(node)?.at(-1) ?? null);
}

function isListOfConstants(node: Expr | undefined): boolean {
  const cast = as("TypeCast", node);
  if (cast) return isListOfConstants(cast.arg);
  const items = as("List", node)?.items ?? as("A_ArrayExpr", node)?.elements;
  return items !== undefined && items.every((item) => constantOf(item) !== null);
}

/** The value of a constant inside casts; null for any other expression. */
export function constantOf(node: Expr | undefined): Exclude<ConstantTest["wants"], { kind: "null" | "not" }> | null {
  const truth = boolConst(node);
  if (truth !== null) return { kind: "boolean", value: truth };
  const text = stringConst(node);
  if (text !== null) return { kind: "text", value: text };
  const cast = as("TypeCast", node);
  if (cast) return constantOf(cast.arg);
  const constant = as("A_Const", node);
  return constant && !constant.isnull ? { kind: "other" } : null;
}
