import { bodyOf } from "../../classify/index.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, callsBuiltin, conjuncts, nameParts, stringConst } from "../../pg/expr/shape.ts";
import { some, walk } from "../../pg/expr/walk.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { nameKey } from "../../pg/name.ts";
import type { BodyCause } from "../cause.ts";
import { activeOf, type Operation, type Said } from "./active.ts";
import { assignedTo, keyPath, overRow, uncast, usersUpdate, type TriggerBody } from "./row.ts";
import { negate, statementsOf, type Condition } from "./statements.ts";

/** The claims that a trigger function writes, as SQL over the columns of its relation. */
export type SyncBody =
  | ({ kind: "read"; user: string; claims: { path: string[]; sql: string }[] } & Said)
  | { kind: "unread"; function: string; because: BodyCause };

/** The context of a body: the events on which its trigger runs it, and the schemas in which its names are found. */
export interface Around {
  operations: readonly Operation[];
  /** WHEN of the trigger */
  when: Condition[];
  /** the schemas of types that the body may name without a schema */
  typeSchemas: ReadonlyMap<string, string>;
}

const ALONE: Around = { operations: ["INSERT", "UPDATE"], when: [], typeSchemas: new Map() };

interface Write {
  conditions: Condition[];
  user: string | null;
  keys: Key[];
}

/** A key, its value, and the conditions for writing it in addition to those of its statement. */
interface Key {
  path: string[];
  value: Expr;
  under: Condition[];
}

/** Read a PL/pgSQL trigger function that updates auth.users from NEW. Never throws for the contents of a body. */
export function readSyncBody(fn: PgFunction, around: Around = ALONE): SyncBody {
  const name = nameKey(fn);
  const unread = (because: BodyCause): SyncBody => ({ kind: "unread", function: name, because });
  if (fn.language !== "plpgsql") return unread({ kind: "language", language: fn.language });
  try {
    const body: TriggerBody = { ...bodyOf(fn), typeSchemas: around.typeSchemas };
    const writes: Write[] = [];
    const parsed = parsePlFunction(fn.definition);
    if (parsed.kind !== "parsed") return unread({ kind: "unparsed" });
    statementsOf([parsed.fn.block], around.when, (text, conditions) =>
      writes.push(...writesIn(text, conditions, body)),
    );
    const [first] = writes;
    if (!first) return unread({ kind: "no update" });
    if (writes.some(({ user }) => user === null || user !== first.user) || first.user === null)
      return unread({ kind: "user" });
    const claims = new Map<string, { path: string[]; value: Expr; sql: string }>();
    for (const { path, value } of writes.flatMap(({ keys }) => keys)) {
      const own = overRow(value, body);
      if (own === null) return unread({ kind: "value", claim: path });
      const there = claims.get(JSON.stringify(path));
      if (there && !equal(there.value, own)) return unread({ kind: "several values", claim: path });
      claims.set(JSON.stringify(path), { path, value: own, sql: printExpr(own) });
    }
    const said = activeOf(writes, around.operations, body, name);
    if (said === null) return unread({ kind: "never fires" });
    return {
      kind: "read",
      user: first.user,
      claims: [...claims.values()].map(({ path, sql }) => ({ path, sql })),
      ...said,
    };
  } catch {
    return unread({ kind: "unparsed" });
  }
}

function writesIn(text: string, conditions: Condition[], body: TriggerBody): Write[] {
  const writes: Write[] = [];
  walk(parseStatements(text), (node) => {
    const update = usersUpdate(node);
    if (!update) return;
    const keys = (update.targetList ?? []).flatMap((target) => {
      const set = as("ResTarget", target);
      return set?.name === "raw_app_meta_data" && set.val ? keysMade(set.val, ["app_metadata"], body, 0) : [];
    });
    if (keys.length === 0) return;
    const { user, others } = userOf(update.whereClause, body);
    // A key whose value is null is a claim that is removed.
    for (const key of keys.filter(({ value }) => as("A_Const", uncast(value))?.isnull !== true))
      writes.push({ conditions: [...conditions, ...others, ...key.under], keys: [key], user });
  });
  return writes;
}

/** The keys that an expression adds to a JSON object, with their values. */
function keysMade(value: Expr, root: string[], body: TriggerBody, depth: number): Key[] {
  const keys: Key[] = [];
  if (depth > 4) return keys;
  const inside = (inner: Expr, path: string[], under: Condition[] = []): Key[] =>
    keysMade(inner, path, body, depth + 1).map((key) => ({ ...key, under: [...under, ...key.under] }));
  /** Add a key; an object under a key is represented by its own keys. */
  const under = (inner: Expr, path: string[]): void => {
    const nested = as("CaseExpr", inner) ? [] : inside(inner, path);
    keys.push(...(nested.length > 0 ? nested : [{ path, value: inner, under: [] }]));
  };
  walk(value, (node) => {
    const pairs = callsBuiltin(node, "jsonb_build_object") ?? callsBuiltin(node, "json_build_object");
    if (pairs) {
      for (let index = 0; index + 1 < pairs.length; index += 2) {
        const key = stringConst(pairs[index]);
        const inner = pairs[index + 1];
        if (key !== null && inner) under(inner, [...root, key]);
      }
      return false;
    }
    const set = callsBuiltin(node, "jsonb_set");
    const path = keyPath(set?.[1]);
    if (set && path !== null && set[2]) {
      under(set[2], [...root, ...path]);
      if (set[0]) keys.push(...inside(set[0], root));
      return false;
    }
    for (const arm of armsOf(node)) keys.push(...inside(arm.value, root, arm.under));
    if (as("CaseExpr", node)) return false;
    for (const assigned of assignedTo(node, body))
      keys.push(...inside(assigned.value, root, assigned.under === null ? [] : [null]));
    return true;
  });
  return keys;
}

/** The values of a CASE, each with its conditions. */
function armsOf(node: Expr): { value: Expr; under: Condition[] }[] {
  const found = as("CaseExpr", node);
  const arms: { value: Expr; under: Condition[] }[] = [];
  let others: Condition[] = [];
  for (const item of found?.args ?? []) {
    const { expr, result } = as("CaseWhen", item) ?? {};
    if (!expr || !result) continue;
    const test: Expr = found?.arg
      ? { A_Expr: { kind: "AEXPR_OP", name: [{ String: { sval: "=" } }], lexpr: found.arg, rexpr: expr } }
      : expr;
    arms.push({ value: result, under: [...others, ...conjuncts(test)] });
    others = [...others, ...negate(test)];
  }
  if (found?.defresult) arms.push({ value: found.defresult, under: others });
  return arms;
}

/**
 * The user's column: `WHERE id = NEW.user_id` gives `user_id`. The other parts of WHERE are conditions like those
 * around the statement.
 */
function userOf(where: Expr | undefined, body: TriggerBody): { user: string | null; others: Expr[] } {
  let user: string | null = null;
  const others: Expr[] = [];
  for (const test of where ? conjuncts(where) : []) {
    const column: string | null = user === null ? userIn(test, body) : null;
    if (column !== null) user = column;
    else if (!skipsNoChange(test, body)) others.push(test);
  }
  return { user, others };
}

function userIn(test: Expr, body: TriggerBody): string | null {
  const sides = binary(test, "=");
  if (!sides) return null;
  for (const [id, other] of [
    [sides.left, sides.right],
    [sides.right, sides.left],
  ] as const) {
    const name = columnRef(uncast(id));
    if (name?.at(-1) !== "id" || name[0] === "new" || name[0] === "old") continue;
    const own = overRow(uncast(other) ?? other, body);
    const column = own ? columnRef(own) : null;
    if (column?.length === 1) return column[0] ?? null;
  }
  return null;
}

/** True for `raw_app_meta_data ->> 'role' IS DISTINCT FROM NEW.role`, which skips users who already have the claims. */
function skipsNoChange(test: Expr, body: TriggerBody): boolean {
  const [inner] = as("BoolExpr", test)?.boolop === "NOT_EXPR" ? (as("BoolExpr", test)?.args ?? []) : [];
  const differs = as("A_Expr", test)?.kind === "AEXPR_DISTINCT" || binary(test, "<>") !== null;
  if (!differs && binary(inner, "@>") === null) return false;
  const reads = (fits: (name: string[]) => boolean): boolean =>
    some(test, (node) => fits(nameParts(as("ColumnRef", node)?.fields)));
  return (
    reads((name) => name.at(-1) === "raw_app_meta_data") &&
    reads(([first = "", ...more]) => first === "new" || (more.length === 0 && body.locals.has(first)))
  );
}
