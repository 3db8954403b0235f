import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";

/** The DEFAULT of each argument, by its place; null: it has none. */
type Defaults = readonly (Expr | null)[];

const known = new WeakMap<PgFunction, Defaults | null>();

/** The defaults of a function's arguments, from what pg_get_function_arguments prints; null: that is not understood. */
function defaultsOf(fn: PgFunction): Defaults | null {
  const found = known.get(fn);
  if (found !== undefined) return found;
  let read: Defaults | null = null;
  try {
    const [statement] = parseStatements(`create function f(${fn.arguments}) returns int language sql as ''`);
    const parameters = (as("CreateFunctionStmt", statement?.stmt)?.parameters ?? []).map((one) =>
      as("FunctionParameter", one),
    );
    const isIn = parameters.every((one) => one?.mode === "FUNC_PARAM_DEFAULT" || one?.mode === "FUNC_PARAM_IN");
    if (isIn && parameters.length === fn.argumentTypes.length) read = parameters.map((one) => one?.defexpr ?? null);
  } catch {
    // what the grammar does not read has no defaults that are known
  }
  known.set(fn, read);
  return read;
}

/**
 * The arguments of a call in the order in which the function declares them: those that are named, and DEFAULT where one
 * is left out (manual, 4.3). Null where that is not sure: OUT arguments, VARIADIC, a name that the function has not.
 */
export function orderedArguments(fn: PgFunction, given: readonly Expr[]): readonly Expr[] | null {
  const isPlain = given.length === fn.argumentTypes.length && !given.some((arg) => as("NamedArgExpr", arg));
  if (isPlain) return given;
  const defaults = defaultsOf(fn);
  if (defaults === null || given.length > defaults.length) return null;
  const placed: (Expr | null)[] = defaults.map(() => null);
  for (const [index, arg] of given.entries()) {
    const named = as("NamedArgExpr", arg);
    const place = named ? fn.argumentNames.indexOf(named.name ?? "") : index;
    if (place < 0 || placed[place] !== null) return null;
    placed[place] = named ? (named.arg ?? null) : arg;
  }
  const complete = placed.map((arg, index) => arg ?? defaults[index] ?? null);
  return complete.every((arg) => arg !== null) ? complete : null;
}
