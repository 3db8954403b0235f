import type { PgFunction } from "../../pg/catalog.ts";
import type { Expr } from "../../pg/expr/node.ts";
import { as } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, callsBuiltin, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import type { Body, Local } from "./body.ts";
import { isSessionVariable } from "../expression/index.ts";

/** A session variable that a function sets. */
export interface SettingWrite {
  /** null where the name is computed at run time */
  setting: string | null;
  from: "argument" | "constant" | "query" | "other";
  /** the function's argument from which the value is computed */
  argument: string | null;
}

/** The names of the function's arguments from which a value is computed. `$1` is resolved by its position. */
export function argumentsIn(value: unknown, fn: Pick<PgFunction, "name" | "argumentNames">): string[] {
  const names = new Set<string>();
  walk(value, (node) => {
    const column = columnRef(node);
    const name = column?.length === 2 && column[0] === fn.name ? column[1] : column?.[0];
    if (column && name !== undefined && fn.argumentNames.includes(name)) names.add(name);
    const param = as("ParamRef", node)?.number;
    if (param !== undefined) names.add(fn.argumentNames[param - 1] || `$${param}`);
  });
  return [...names];
}

/** set_config calls, SET statements, EXECUTE of a SET, and the SET clauses of the function itself. */
export function settingWrites(fn: PgFunction, body: Body): SettingWrite[] {
  const writes: SettingWrite[] = [];
  const push = (setting: string | null, value: unknown): void => {
    if (setting === null || isSessionVariable(setting.toLowerCase()))
      writes.push({ setting: setting?.toLowerCase() ?? null, ...originOf(value, fn, body) });
  };
  for (const setting of fn.settings) {
    const name = setting.slice(0, Math.max(0, setting.indexOf("="))).toLowerCase();
    if (isSessionVariable(name)) writes.push({ setting: name, from: "constant", argument: null });
  }
  walk([body.trees, body.executes], (node) => {
    const args = callsBuiltin(node, "set_config");
    if (args) push(stringConst(args[0]), args[1]);
    const statement = as("VariableSetStmt", node);
    if (statement?.kind === "VAR_SET_VALUE" && statement.name) push(statement.name, statement.args);
  });
  for (const text of body.executes) {
    const made = executed(text);
    if (!made) continue;
    walk(made.tree, (node) => {
      const statement = as("VariableSetStmt", node);
      if (statement?.kind !== "VAR_SET_VALUE" || !statement.name) return;
      push(statement.name.includes(HOLE) ? null : statement.name, made.filled);
    });
  }
  return [...new Map(writes.map((write) => [JSON.stringify(write), write])).values()];
}

const HOLE = "rlsmith_hole";

/**
 * The statement that EXECUTE runs, as far as it can be determined: a constant, or `format` with its placeholders
 * filled; null for any other expression.
 */
export function executed(text: Expr): { tree: unknown; filled: Expr[] } | null {
  const format = callsBuiltin(text, "format");
  const template = stringConst(format ? format[0] : text);
  if (template === null) return null;
  const sql = format
    ? template
        .replaceAll(/%(?:\d+\$)?L/g, `'${HOLE}'`)
        .replaceAll(/%(?:\d+\$)?[Is]/g, HOLE)
        .replaceAll("%%", "%")
    : template;
  try {
    return { tree: parseStatements(sql), filled: format?.slice(1) ?? [] };
  } catch {
    return null;
  }
}

function originOf(value: unknown, fn: PgFunction, body: Body): Pick<SettingWrite, "from" | "argument"> {
  const locals = localsIn(value, body);
  // A local with several values comes from the caller if one of the values does.
  const [argument] = [value, ...locals.flatMap((local) => local.assigned.map((one) => one.value))].flatMap((tree) =>
    argumentsIn(tree, fn),
  );
  if (argument !== undefined) return { from: "argument", argument };
  const has = (test: (node: Expr) => boolean): boolean => some(value, test);
  if (locals.some((local) => local.queried) || has((node) => as("RangeVar", node) !== null))
    return { from: "query", argument: null };
  const computed = has((node) => as("ColumnRef", node) !== null || as("FuncCall", node) !== null);
  return { from: computed ? "other" : "constant", argument: null };
}

function localsIn(value: unknown, body: Body): Local[] {
  const locals: Local[] = [];
  walk(value, (node) => {
    const local = body.locals.get(columnRef(node)?.[0] ?? "");
    if (local) locals.push(local);
  });
  return locals;
}

/** A claim that a function writes where Supabase Auth reads the claims of tokens. */
export interface ClaimWrite {
  path: string[];
  /** the column that the value comes from: `NEW.casino_id` gives `casino_id` */
  column: string | null;
}

const META: Record<string, string> = { raw_app_meta_data: "app_metadata", raw_user_meta_data: "user_metadata" };

/**
 * Claims written to auth.users, or to the event of a custom access token hook (Supabase, `custom_access_token_hook`).
 */
export function claimWrites(fn: PgFunction, body: Body): ClaimWrite[] {
  const writes: ClaimWrite[] = [];
  const resolve = (node: Expr): Expr[] => {
    const name = columnRef(node);
    return name?.length === 1 ? (body.locals.get(name[0] ?? "")?.assigned.map(({ value }) => value) ?? []) : [];
  };
  walk(body.trees, (node) => {
    const update = as("UpdateStmt", node);
    const relation = update?.relation;
    if (relation?.relname !== "users" || (relation.schemaname !== undefined && relation.schemaname !== "auth")) return;
    for (const target of update?.targetList ?? []) {
      const set = as("ResTarget", target);
      const root = META[set?.name ?? ""];
      if (root !== undefined && set?.val) writes.push(...keysMade(set.val, [root], resolve, 0));
    }
  });
  if (isTokenHook(fn, body))
    walk([body.trees, [...body.locals.values()].map((local) => local.assigned.map(({ value }) => value))], (node) => {
      const path = pathOf(callsBuiltin(node, "jsonb_set")?.[1]);
      const args = callsBuiltin(node, "jsonb_set");
      if (!args || !path) return;
      const full = [...baseOf(args[0], resolve, 0), ...path];
      const claim = full[0] === "claims" ? full.slice(1) : full;
      const whole =
        claim.length === 0 || (claim.length === 1 && (claim[0] === "app_metadata" || claim[0] === "user_metadata"));
      if (!whole) writes.push({ path: claim, column: columnOf(args[2]) });
    });
  return [...new Map(writes.map((write) => [JSON.stringify(write), write])).values()];
}

/** The keys that an expression adds to a JSON object. */
function keysMade(value: Expr, root: string[], resolve: (node: Expr) => Expr[], depth: number): ClaimWrite[] {
  const writes: ClaimWrite[] = [];
  if (depth > 4) return writes;
  walk(value, (node) => {
    const pairs = callsBuiltin(node, "jsonb_build_object") ?? callsBuiltin(node, "json_build_object");
    if (pairs) {
      for (let index = 0; index + 1 < pairs.length; index += 2) {
        const key = stringConst(pairs[index]);
        const inner = pairs[index + 1];
        if (key === null || !inner) continue;
        const nested = keysMade(inner, [...root, key], resolve, depth + 1);
        writes.push(...(nested.length > 0 ? nested : [{ path: [...root, key], column: columnOf(inner) }]));
      }
      return false;
    }
    const set = callsBuiltin(node, "jsonb_set");
    const path = pathOf(set?.[1]);
    if (set && path) {
      writes.push({ path: [...root, ...path], column: columnOf(set[2]) });
      if (set[0]) writes.push(...keysMade(set[0], root, resolve, depth + 1));
      return false;
    }
    for (const assigned of resolve(node)) writes.push(...keysMade(assigned, root, resolve, depth + 1));
    return true;
  });
  return writes;
}

/** The keys of `'{claims,app_metadata,x}'`, also written as an ARRAY. */
function pathOf(node: Expr | undefined): string[] | null {
  const elements = as("A_ArrayExpr", node)?.elements?.map((element) => stringConst(element));
  if (elements) return elements.every((key) => key !== null) ? elements : null;
  const cast = as("TypeCast", node);
  const literal = stringConst(node) ?? stringConst(cast?.arg);
  return literal !== null && /^\{[^"\\{}]+\}$/.test(literal)
    ? literal
        .slice(1, -1)
        .split(",")
        .map((key) => key.trim())
    : null;
}

/** The column or record field of a value, inside casts, to_jsonb and the like. */
function columnOf(node: Expr | undefined): string | null {
  const names = new Set<string>();
  walk(node, (inner) => {
    const name = columnRef(inner)?.at(-1);
    if (name !== undefined) names.add(name);
  });
  const [only] = names;
  return names.size === 1 && only !== undefined ? only : null;
}

/** The keys from the hook's event to the object in a local: `claims := event -> 'claims'` gives `["claims"]`. */
function baseOf(node: Expr | undefined, resolve: (node: Expr) => Expr[], depth: number): string[] {
  if (!node || depth > 4) return [];
  const step = binary(node, "->");
  const key = stringConst(step?.right);
  if (step && key !== null) return [...baseOf(step.left, resolve, depth + 1), key];
  const filled = as("CoalesceExpr", node)?.args?.[0];
  if (filled) return baseOf(filled, resolve, depth + 1);
  const name = columnRef(node);
  for (const assigned of resolve(node)) {
    const updates = callsBuiltin(assigned, "jsonb_set");
    if (updates && columnRef(updates[0])?.[0] === name?.[0]) continue;
    const base = baseOf(assigned, resolve, depth + 1);
    if (base.length > 0) return base;
  }
  return [];
}

/** True for a hook: Supabase calls it with one jsonb argument whose `claims` it may change and return. */
function isTokenHook(fn: PgFunction, body: Body): boolean {
  if (fn.argumentTypes.length !== 1 || fn.argumentTypes[0] !== "jsonb" || fn.result !== "jsonb") return false;
  const values = [...body.locals.values()].map((local) => local.assigned.map(({ value }) => value));
  return some([body.trees, values], (node) => stringConst(node) === "claims" || pathOf(node)?.[0] === "claims");
}
