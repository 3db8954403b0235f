import { bodyOf } from "../classify/index.ts";
import type { PgFunction } from "../pg/catalog.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr, parseStatements } from "../pg/expr/parse.ts";
import { printExpr, sql } from "../pg/expr/print.ts";
import { bareTarget, nameParts } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { parsePlFunction } from "../pg/plpgsql/parse.ts";
import { treeOf } from "../pg/plpgsql/tree.ts";

/**
 * The body of a function without arguments that is one expression without FROM, as a value of its type; null for any
 * other body.
 */
export function bodyExpression(fn: PgFunction): Expr | null {
  if (fn.argumentTypes.length > 0 || /^\s*(SETOF\b|TABLE\()/i.test(fn.result)) return null;
  const target = fn.language === "sql" ? ofSql(fn) : fn.language === "plpgsql" ? ofPlpgsql(fn) : null;
  return target && isPlain(target) ? sql(`((${printExpr(target)})::${fn.result})`) : null;
}

function ofSql(fn: PgFunction): Expr | null {
  const returned = fn.sqlStandardBody ? /^\s*RETURN\s+([^]+)$/i.exec(fn.body)?.[1] : undefined;
  if (returned !== undefined) return parseExpr(`(${returned})`);
  const trees = fn.sqlStandardBody ? atomicTrees(fn) : (bodyOf(fn).trees as { stmt?: Expr }[]);
  const select = trees.length === 1 ? as("SelectStmt", trees[0]?.stmt) : null;
  return select ? bareTarget(select) : null;
}

/** The statements of `BEGIN ATOMIC … END`. */
function atomicTrees(fn: PgFunction): { stmt?: Expr }[] {
  const text = /^\s*BEGIN ATOMIC\s([^]*)END\s*$/i.exec(fn.body)?.[1];
  return text === undefined ? [] : parseStatements(text);
}

/** `BEGIN RETURN expression; END` and nothing else. */
function ofPlpgsql(fn: PgFunction): Expr | null {
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed") return null;
  const { block, variables } = parsed.fn;
  const [only, ...more] = block.body;
  const isBare = more.length === 0 && block.handlers.length === 0;
  if (!isBare || only?.kind !== "return" || only.value.kind !== "expression") return null;
  if (variables.some((variable) => "declared" in variable && variable.declared)) return null;
  const tree = treeOf(only.value.sql);
  return tree.kind === "expression" ? tree.expr : null;
}

/** No rows, and no name that means another thing elsewhere: every function has its schema, or is built in. */
function isPlain(tree: Expr): boolean {
  let plain = true;
  walk(tree, (node) => {
    if (as("RangeVar", node) || as("ColumnRef", node) || as("ParamRef", node) || as("SQLValueFunction", node))
      plain = false;
    const parts = nameParts(as("FuncCall", node)?.funcname);
    if (parts.length === 1 && !BUILT_IN.has(parts[0] ?? "")) plain = false;
    const type = nameParts(as("TypeCast", node)?.typeName?.names);
    if (type.length === 1 && !TYPES.has(type[0] ?? "")) plain = false;
  });
  return plain;
}

const TYPES = new Set(["uuid", "text", "json", "jsonb", "date", "timestamptz", "name"]);

/** Functions of pg_catalog that bodies of helpers call by their bare names. */
const BUILT_IN = new Set(
  "current_setting jsonb_extract_path_text jsonb_extract_path json_extract_path_text jsonb_typeof lower upper btrim string_to_array jsonb_array_elements_text array_position".split(
    " ",
  ),
);
