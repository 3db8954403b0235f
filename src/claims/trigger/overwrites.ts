import { bodyOf, type Body } from "../../classify/index.ts";
import type { Catalog, PgFunction } from "../../pg/catalog.ts";
import { isPlatformFunction } from "../../pg/platform-objects.ts";
import type { FunctionName } from "../../pg/by-function.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { callsBuiltin, nameParts } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";

const COLUMN = "raw_app_meta_data";

/**
 * Functions that update auth.users.raw_app_meta_data with a new object, without its former keys. Supabase Auth keeps
 * `provider` and `providers` there, and other parts of an application keep theirs. A BEFORE trigger that fills the column
 * of a new user is left out: there are no former keys.
 */
export const overwriters = (catalog: Catalog): FunctionName[] =>
  catalog.functions
    .filter((fn) => !isPlatformFunction(catalog, fn) && fn.body.toLowerCase().includes(COLUMN))
    .filter(overwrites)
    .map(({ schema, name, identityArguments }) => ({ schema, name, identityArguments }));

function overwrites(fn: PgFunction): boolean {
  const body = bodyOf(fn);
  let found = false;
  walk(body.trees, (node) => {
    const update = as("UpdateStmt", node);
    const { relname, schemaname } = update?.relation ?? {};
    if (relname !== "users" || (schemaname !== undefined && schemaname !== "auth")) return;
    for (const target of update?.targetList ?? []) {
      const set = as("ResTarget", target);
      // a subscript, `raw_app_meta_data['org_id'] = …`, keeps the rest
      if (set?.name === COLUMN && set.val && !set.indirection && isNew(set.val, body, 0)) found = true;
    }
  });
  return found;
}

/** Functions that make a value from their arguments alone. */
const MAKES = new Set(
  "jsonb_build_object json_build_object jsonb_build_array to_jsonb to_json jsonb_strip_nulls".split(" "),
);

/** True if a value is made of new parts alone: neither the column itself nor anything that may hold its value. */
function isNew(value: Expr, body: Body, depth: number): boolean {
  if (depth > 4) return false;
  const makes =
    as("A_Const", value) !== null ||
    some(value, (node) => [...MAKES].some((name) => callsBuiltin(node, name) !== null) || as("A_Const", node) !== null);
  return makes && !some(value, (node) => mayHold(node, body, depth));
}

function mayHold(node: Expr, body: Body, depth: number): boolean {
  const name = columnRef(node);
  if (name?.at(-1) === COLUMN) return true;
  const local = name?.length === 1 ? body.locals.get(name[0] ?? "") : undefined;
  if (local && isJson(local.assigned.map((one) => one.value)))
    return local.queried || local.assigned.some((one) => !isNew(one.value, body, depth + 1));
  const called = as("FuncCall", node);
  if (called && nameParts(called.funcname).length > 1 && nameParts(called.funcname)[0] !== "pg_catalog") return true;
  return as("RangeVar", node)?.relname === "users";
}

/** True if a local may hold an object: only those matter. */
const isJson = (values: readonly Expr[]): boolean =>
  values.length === 0 ||
  values.some((value) => some(value, (node) => as("FuncCall", node) !== null || as("ColumnRef", node) !== null));
