import { bodyOf, type Body } from "../classify/body.ts";
import type { PgFunction } from "../pg/catalog.ts";
import { equal } from "../pg/expr/equal.ts";
import { as, type Expr } from "../pg/expr/node.ts";
import { parseExpr, parsePlpgsql, parseStatements } from "../pg/expr/parse.ts";
import { printExpr } from "../pg/expr/print.ts";
import { columnRef } from "../pg/expr/reads.ts";
import { binary, callsBuiltin, conjuncts, stringConst } from "../pg/expr/shape.ts";
import { transform } from "../pg/expr/transform.ts";
import { some, walk } from "../pg/expr/walk.ts";

/** What a trigger function's body says of the claims it writes, as SQL over the columns of its relation. */
export type SyncBody =
  | {
      kind: "read";
      user: string;
      claims: { path: string[]; sql: string }[];
      /** conditions around the write that look at the row alone; null where there are none */
      active: string | null;
    }
  | { kind: "unread"; why: string };

interface Write {
  conditions: Expr[];
  user: string | null;
  keys: { path: string[]; value: Expr }[];
}

/** Read a plpgsql trigger function that updates auth.users from NEW. Never throws for what a body holds. */
export function readSyncBody(fn: PgFunction): SyncBody {
  const name = `\`${fn.schema}.${fn.name}\``;
  const unread = (why: string): SyncBody => ({ kind: "unread", why: `${name} ${why}` });
  if (fn.language !== "plpgsql") return unread(`is written in ${fn.language}`);
  try {
    const body = bodyOf(fn);
    const writes: Write[] = [];
    statementsOf(parsePlpgsql(fn.definition), [], (text, conditions) =>
      writes.push(...writesIn(text, conditions, body)),
    );
    const [first] = writes;
    if (!first) return unread("has no UPDATE of auth.users that can be read");
    if (writes.some(({ user }) => user === null || user !== first.user) || first.user === null)
      return unread("finds the user in a way that cannot be read");
    const claims = new Map<string, { path: string[]; value: Expr; sql: string }>();
    for (const { path, value } of writes.flatMap(({ keys }) => keys)) {
      const own = overRow(value, body);
      if (own === null) return unread(`gives \`${path.join(".")}\` a value that is not made of the row alone`);
      const there = claims.get(JSON.stringify(path));
      if (there && !equal(there.value, own)) return unread(`writes \`${path.join(".")}\` in two ways`);
      claims.set(JSON.stringify(path), { path, value: own, sql: printExpr(own) });
    }
    const actives = new Set(writes.map((write) => activeOf(write, body)));
    const [active] = actives;
    return {
      kind: "read",
      user: first.user,
      claims: [...claims.values()].map(({ path, sql }) => ({ path, sql })),
      active: actives.size === 1 ? (active ?? null) : null,
    };
  } catch {
    return unread("has a body that cannot be read");
  }
}

/** Whether a trigger function does nothing but update what auth.users says of claims: no other statement, no word to the row, nothing raised. */
export function onlyUpdatesClaims(fn: PgFunction): boolean {
  if (fn.language !== "plpgsql") return false;
  let only = true;
  const look = (tree: unknown): void => {
    if (Array.isArray(tree)) return tree.forEach(look);
    if (!isRecord(tree)) return;
    for (const [kind, inner] of Object.entries(tree)) {
      if (kind.startsWith("PLpgSQL_stmt_") && !HARMLESS.has(kind)) only = false;
      if (kind === "PLpgSQL_stmt_execsql" && isRecord(inner) && !updatesClaims(textOf(inner["sqlstmt"]))) only = false;
      if (kind === "PLpgSQL_stmt_assign" && isRecord(inner) && /^\s*"?new\b/i.test(textOf(inner["expr"]))) only = false;
      look(inner);
    }
  };
  try {
    look(parsePlpgsql(fn.definition));
  } catch {
    return false;
  }
  return only;
}

const HARMLESS = new Set("block if case return assign execsql".split(" ").map((kind) => `PLpgSQL_stmt_${kind}`));
const CLAIM_COLUMNS = new Set(["raw_app_meta_data", "updated_at"]);

function updatesClaims(text: string): boolean {
  return parseStatements(text).every(({ stmt }) => {
    const update = as("UpdateStmt", stmt);
    const { relation } = update ?? {};
    return (
      relation?.relname === "users" &&
      (relation.schemaname ?? "auth") === "auth" &&
      !update?.withClause &&
      (update?.targetList ?? []).every((target) => CLAIM_COLUMNS.has(as("ResTarget", target)?.name ?? ""))
    );
  });
}

type Visit = (sql: string, conditions: Expr[]) => void;

/** Every SQL statement of plpgsql's own tree, with the conditions under which it runs. True where the list always ends in RETURN. */
function statementsOf(tree: unknown, conditions: Expr[], visit: Visit): boolean {
  if (Array.isArray(tree)) {
    let under = conditions;
    for (const item of tree) {
      const ended = statementsOf(item, under, visit);
      if (ended) return true;
      under = [...under, ...afterIf(item)];
    }
    return false;
  }
  if (!isRecord(tree)) return false;
  const [kind = "", inner] = Object.entries(tree)[0] ?? [];
  if (!isRecord(inner))
    return Object.values(tree).some((one) => Array.isArray(one) && statementsOf(one, conditions, visit));
  if (kind === "PLpgSQL_stmt_return") return "lineno" in inner;
  if (kind === "PLpgSQL_stmt_execsql") visit(textOf(inner["sqlstmt"]), conditions);
  else if (kind === "PLpgSQL_stmt_if") {
    const test = parseExpr(textOf(inner["cond"]));
    let under = [...conditions, ...negate(test)];
    const ends = [statementsOf(inner["then_body"], [...conditions, ...conjuncts(test)], visit)];
    for (const item of Array.isArray(inner["elsif_list"]) ? inner["elsif_list"] : []) {
      const branch = isRecord(item) ? item["PLpgSQL_if_elsif"] : null;
      if (!isRecord(branch)) continue;
      const next = parseExpr(textOf(branch["cond"]));
      ends.push(statementsOf(branch["stmts"], [...under, ...conjuncts(next)], visit));
      under = [...under, ...negate(next)];
    }
    ends.push(statementsOf(inner["else_body"] ?? [], under, visit));
    return ends.every(Boolean);
  } else {
    // blocks, loops and what holds them
    let ended = false;
    for (const part of Object.values(inner))
      if (typeof part === "object") ended = statementsOf(part, conditions, visit) || ended;
    return ended && (kind === "PLpgSQL_stmt_block" || kind === "PLpgSQL_function");
  }
  return false;
}

/** What holds behind `IF … THEN …; RETURN; END IF`. */
function afterIf(item: unknown): Expr[] {
  const inner = isRecord(item) ? item["PLpgSQL_stmt_if"] : null;
  if (!isRecord(inner) || inner["elsif_list"] !== undefined) return [];
  return statementsOf(inner["then_body"], [], () => {}) ? negate(parseExpr(textOf(inner["cond"]))) : [];
}

/** ELSE is taken where the condition is false or null. */
function negate(test: Expr): Expr[] {
  const bool = as("BoolExpr", test);
  if (bool?.boolop === "OR_EXPR") return (bool.args ?? []).flatMap(negate);
  return [{ BooleanTest: { arg: test, booltesttype: "IS_NOT_TRUE" } }];
}

function writesIn(text: string, conditions: Expr[], body: Body): Write[] {
  const writes: Write[] = [];
  walk(parseStatements(text), (node) => {
    const update = as("UpdateStmt", node);
    const relation = update?.relation;
    if (!update || relation?.relname !== "users" || (relation.schemaname ?? "auth") !== "auth") return;
    const keys = (update.targetList ?? []).flatMap((target) => {
      const set = as("ResTarget", target);
      return set?.name === "raw_app_meta_data" && set.val ? keysMade(set.val, ["app_metadata"], body, 0) : [];
    });
    if (keys.length > 0) writes.push({ conditions, keys, user: userOf(update.whereClause, body) });
  });
  return writes;
}

/** Keys that an expression adds to a JSON object, with their values. */
function keysMade(value: Expr, root: string[], body: Body, depth: number): Write["keys"] {
  const keys: Write["keys"] = [];
  if (depth > 4) return keys;
  walk(value, (node) => {
    const pairs = callsBuiltin(node, "jsonb_build_object") ?? callsBuiltin(node, "json_build_object");
    if (pairs) {
      for (let index = 0; index + 1 < pairs.length; index += 2) {
        const key = stringConst(pairs[index]);
        const inner = pairs[index + 1];
        if (key === null || !inner) continue;
        const nested = keysMade(inner, [...root, key], body, depth + 1);
        keys.push(...(nested.length > 0 ? nested : [{ path: [...root, key], value: inner }]));
      }
      return false;
    }
    const set = callsBuiltin(node, "jsonb_set");
    const path = /^\{([^"\\{}]+)\}$/.exec(
      stringConst(set?.[1]) ?? stringConst(as("TypeCast", set?.[1])?.arg) ?? "",
    )?.[1];
    if (set && path !== undefined && set[2]) {
      const full = [...root, ...path.split(",").map((key) => key.trim())];
      const nested = keysMade(set[2], full, body, depth + 1);
      keys.push(...(nested.length > 0 ? nested : [{ path: full, value: set[2] }]));
      if (set[0]) keys.push(...keysMade(set[0], root, body, depth + 1));
      return false;
    }
    for (const assigned of assignedTo(node, body)) keys.push(...keysMade(assigned, root, body, depth + 1));
    return true;
  });
  return keys;
}

function assignedTo(node: Expr, body: Body): Expr[] {
  const name = columnRef(node);
  const local = name?.length === 1 ? body.locals.get(name[0] ?? "") : undefined;
  return local && !local.queried ? local.assigned.map(({ value }) => value) : [];
}

/** `WHERE id = NEW.user_id` gives `user_id`. */
function userOf(where: Expr | undefined, body: Body): string | null {
  for (const test of where ? conjuncts(where) : []) {
    const sides = binary(test, "=");
    if (!sides) continue;
    for (const [id, other] of [
      [sides.left, sides.right],
      [sides.right, sides.left],
    ] as const) {
      if (columnRef(id)?.at(-1) !== "id" || columnRef(id)?.[0] === "new") continue;
      const own = overRow(as("TypeCast", other)?.arg ?? other, body);
      const column = own ? columnRef(own) : null;
      if (column?.length === 1) return column[0] ?? null;
    }
  }
  return null;
}

/** Conditions that look at the row alone, but for those on the user column: who has no login has no claims. */
function activeOf(write: Write, body: Body): string | null {
  const kept = write.conditions.flatMap((condition) => {
    const own = overRow(condition, body);
    if (own === null) return [];
    const columns = new Set<string>();
    walk(own, (node) => void columns.add(columnRef(node)?.at(-1) ?? ""));
    columns.delete("");
    return columns.size === 0 || (columns.size === 1 && columns.has(write.user ?? "")) ? [] : [printExpr(own)];
  });
  return kept.length === 0 ? null : kept.map((sql) => (kept.length > 1 ? `(${sql})` : sql)).join(" AND ");
}

/** The expression over the row's own columns, `NEW.` left out; null where it takes anything else. */
function overRow(node: Expr, body: Body, depth = 0): Expr | null {
  const bare = callsBuiltin(node, "to_jsonb")?.[0];
  if (bare) return overRow(bare, body, depth);
  let foreign = some(node, (inner) => as("SubLink", inner) !== null);
  const own = transform(node, (inner, descend) => {
    const name = columnRef(inner);
    if (!name) return descend();
    if (name.length === 2 && name[0] === "new") return { ColumnRef: { fields: [{ String: { sval: name[1] ?? "" } }] } };
    const [only, ...more] = assignedTo(inner, body);
    const value = only && more.length === 0 && depth < 4 ? overRow(only, body, depth + 1) : null;
    if (value === null) foreign = true;
    return value ?? inner;
  });
  return foreign ? null : own;
}

const textOf = (holder: unknown): string => {
  const expr = isRecord(holder) ? holder["PLpgSQL_expr"] : null;
  return isRecord(expr) ? String(expr["query"]) : "";
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
