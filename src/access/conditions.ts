import { usesIn } from "../classify/index.ts";
import type { ClaimsSource } from "../pg/context.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { claimRead, columnRef } from "../pg/expr/reads.ts";
import { relationsIn } from "../pg/expr/relations.ts";
import { binary, boolConst, conjuncts, disjuncts, stringConst } from "../pg/expr/shape.ts";
import { transform } from "../pg/expr/transform.ts";
import { walk } from "../pg/expr/walk.ts";
import type { QualifiedName } from "../pg/name.ts";

/** Where a value of the request comes from. */
export interface FromRequest {
  /** keys from the root of the token; null: no claim */
  claim: string[] | null;
  /** the session variable; null: none */
  setting: string | null;
}

/** One condition of a policy, as far as it has a usual form. */
export type Condition =
  /** somebody is logged in */
  | { kind: "signed in" }
  | { kind: "constant"; value: boolean }
  /** a column of the row is a value of the request */
  | { kind: "own"; column: string; from: FromRequest }
  /** a value of the request is one of these */
  | { kind: "one of"; from: FromRequest; values: string[] }
  /** rows of other relations decide */
  | { kind: "look-up"; relations: QualifiedName[] }
  /** one of several sets of conditions */
  | { kind: "any"; of: Condition[][] }
  /** anything else, as SQL */
  | { kind: "other"; sql: string; columns: string[] };

/** The conditions that have to hold together for an expression of a policy, as `pg_get_expr` prints it. Pure. */
export function conditionsOf(text: string, source: ClaimsSource): Condition[] {
  return distinct(conjuncts(parseExpr(text)).map((part) => conditionOf(part, source)));
}

function conditionOf(node: Expr, source: ClaimsSource): Condition {
  const constant = boolConst(node);
  if (constant !== null) return { kind: "constant", value: constant };
  const bool = as("BoolExpr", node);
  if (bool?.boolop === "OR_EXPR")
    return {
      kind: "any",
      of: distinct(disjuncts(node).map((part) => distinct(conjuncts(part).map((one) => conditionOf(one, source))))),
    };
  const test = as("NullTest", node);
  if (test?.nulltesttype === "IS_NOT_NULL" && isPerson(requestValue(test.arg, source))) return { kind: "signed in" };
  return (
    comparisonOf(node, source) ?? lookUpOf(node) ?? { kind: "other", sql: readable(node), columns: columnsIn(node) }
  );
}

function comparisonOf(node: Expr, source: ClaimsSource): Condition | null {
  const expression = as("A_Expr", node);
  if (!expression) return null;
  const equal = binary(node, "=");
  if (equal && expression.kind === "AEXPR_OP")
    for (const [one, other] of [
      [equal.left, equal.right],
      [equal.right, equal.left],
    ] as const) {
      const from = requestValue(other, source);
      if (!from) continue;
      const column = columnRef(bare(one))?.at(-1);
      if (column !== undefined) return { kind: "own", column, from };
      const value = stringConst(bare(one));
      if (value !== null) return { kind: "one of", from, values: [value] };
    }
  if (expression.kind !== "AEXPR_IN" && expression.kind !== "AEXPR_OP_ANY") return null;
  if (as("String", expression.name?.at(-1))?.sval !== "=") return null;
  const from = requestValue(expression.lexpr, source);
  const values = itemsOf(expression.rexpr)?.map((item) => stringConst(bare(item)));
  return from && values?.every((value) => value !== null) ? { kind: "one of", from, values } : null;
}

function itemsOf(node: Expr | undefined): Expr[] | null {
  const inner = bare(node);
  return as("List", inner)?.items ?? as("A_ArrayExpr", inner)?.elements ?? null;
}

/** Without casts. */
function bare(node: Expr | undefined): Expr | undefined {
  const cast = as("TypeCast", node);
  return cast ? bare(cast.arg) : node;
}

/** Rows of other relations decide: EXISTS, IN (SELECT …), and a comparison with a sub-query. */
function lookUpOf(node: Expr): Condition | null {
  const relations = relationsIn(node);
  return relations.length > 0 ? { kind: "look-up", relations } : null;
}

/** One claim, one variable, or a variable with a claim as its fallback; null: anything else. */
function requestValue(node: Expr | undefined, source: ClaimsSource): FromRequest | null {
  if (node === undefined || relationsIn(node).length > 0) return null;
  const read = claimRead(node, source);
  if (read) return read.path.length === 0 ? null : { claim: read.path, setting: null };
  const { settings, claims, calls } = usesIn(node, source);
  const names = new Set(settings.map(({ setting }) => setting));
  const paths = new Map(claims.map(({ path }) => [JSON.stringify(path), path]));
  if (calls.length > 0 || names.size > 1 || paths.size > 1 || names.size + paths.size === 0) return null;
  if (columnsIn(node).length > 0) return null;
  const [setting = null] = names;
  const [claim = null] = paths.values();
  return claim?.length === 0 ? null : { claim, setting };
}

const isPerson = (from: FromRequest | null): boolean => from?.claim?.join() === "sub";

function columnsIn(node: Expr): string[] {
  const found = new Set<string>();
  walk(node, (inner) => {
    const column = columnRef(inner)?.at(-1);
    // the alias that PostgreSQL gives to `(select auth.uid() as uid)` is no column
    if (column !== undefined) found.add(column);
  });
  return [...found];
}

/** SQL without the casts of constants, which PostgreSQL prints and nobody writes. */
function readable(node: Expr): string {
  const plain = transform(node, (inner, descend) => {
    const cast = as("TypeCast", inner);
    return cast?.arg && stringConst(cast.arg) !== null ? cast.arg : descend();
  });
  try {
    return printExpr(plain as Expr);
  } catch {
    return printExpr(node);
  }
}

const distinct = <Value>(values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
