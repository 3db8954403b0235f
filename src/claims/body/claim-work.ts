import { bodyOf } from "../../classify/index.ts";
import type { PgFunction } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements } from "../../pg/expr/parse.ts";
import { printExpr } from "../../pg/expr/print.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { binary, callsBuiltin, conjuncts, stringConst } from "../../pg/expr/shape.ts";
import type { Statement } from "../../pg/plpgsql/node.ts";
import { parsePlFunction } from "../../pg/plpgsql/parse.ts";
import { visitStatements } from "../../pg/plpgsql/visit.ts";
import { assignedTo, keyPath, uncast, usersUpdate, type TriggerBody } from "./row.ts";

/**
 * Everything that a trigger function does to claims, and whether it does other work. It decides whether another trigger
 * can replace this one.
 */
export interface ClaimWork {
  /** the keys that it writes or removes, from the root of the token */
  paths: string[][];
  /** the columns of NEW or OLD by which it finds the user */
  users: string[];
  /** the SQL in its updates of claims that could not be read */
  unread: string[];
  /** true if it has statements that do other work */
  more: boolean;
}

/** Read the effects of a function on claims. Never throws for the contents of a body. */
export function claimWork(fn: PgFunction): ClaimWork {
  const work: ClaimWork = { paths: [], users: [], unread: [], more: fn.language !== "plpgsql" };
  if (work.more) return work;
  const parsed = parsePlFunction(fn.definition);
  if (parsed.kind !== "parsed") return { ...work, more: true };
  const { block, variables } = parsed.fn;
  const body: TriggerBody = { ...bodyOf(fn), typeSchemas: new Map() };
  // The row may have another name: `r ALIAS FOR new` is the same variable.
  const newRow = variables.find((variable) => variable.kind === "record" && variable.name === "new");
  try {
    visitStatements([block], (statement) => {
      if (!HARMLESS.has(statement.kind)) work.more = true;
      if (statement.kind === "sql") readStatement(statement.sql.text, body, work);
      if (statement.kind === "assign" && variables[statement.target.variable] === newRow) work.more = true;
    });
  } catch {
    work.more = true;
  }
  return work;
}

const HARMLESS: ReadonlySet<Statement["kind"]> = new Set(["block", "if", "case", "return", "assign", "sql"]);

function readStatement(text: string, body: TriggerBody, work: ClaimWork): void {
  for (const { stmt } of parseStatements(text)) {
    const update = usersUpdate(stmt);
    if (!update || update.withClause) {
      work.more = true;
      continue;
    }
    for (const item of update.targetList ?? []) {
      const set = as("ResTarget", item);
      if (set?.name === "raw_app_meta_data" && set.val) readObject(set.val, ["app_metadata"], body, work, []);
      else if (set?.name !== "updated_at") work.more = true;
    }
    const user = userOf(update.whereClause);
    if (user === null) work.more = true;
    else work.users.push(user);
  }
}

/** `WHERE id = NEW.user_id` and `WHERE id = OLD.user_id` give `user_id`. */
function userOf(where: Expr | undefined): string | null {
  for (const test of where ? conjuncts(where) : []) {
    const sides = binary(test, "=");
    const names = [sides?.left, sides?.right].map((side) => columnRef(uncast(side)));
    const id = names.findIndex((name) => name?.at(-1) === "id" && name[0] !== "new" && name[0] !== "old");
    const row = names[1 - id];
    if (id >= 0 && row?.length === 2 && (row[0] === "new" || row[0] === "old")) return row[1] ?? null;
  }
  return null;
}

/** The keys that a jsonb expression adds to the column or removes from it; any other part of it is unread. */
function readObject(node: Expr, root: string[], body: TriggerBody, work: ClaimWork, seen: string[]): void {
  const again = (inner: Expr | undefined): void => {
    if (inner) readObject(inner, root, body, work, seen);
  };
  const unread = (): void => void work.unread.push(shown(node));
  const bare = uncast(node) ?? node;
  const name = columnRef(bare);
  if (name?.at(-1) === "raw_app_meta_data" || stringConst(bare) === "{}") return;
  const filled = as("CoalesceExpr", bare)?.args;
  if (filled) return filled.forEach(again);
  const choice = as("CaseExpr", bare);
  // Without ELSE, the column and everything in it may become null.
  if (choice?.defresult) {
    for (const arm of choice.args ?? []) again(as("CaseWhen", arm)?.result);
    return again(choice.defresult);
  }
  const step = binary(bare);
  if (step?.operator === "||") {
    again(step.left);
    return again(step.right);
  }
  if (step?.operator === "-" || step?.operator === "#-") {
    again(step.left);
    const one = step.operator === "-" ? stringConst(step.right) : null;
    const list = keyPath(step.right);
    if (one !== null) work.paths.push([...root, one]);
    else if (list === null) unread();
    else work.paths.push(...(step.operator === "-" ? list.map((key) => [...root, key]) : [[...root, ...list]]));
    return;
  }
  const set = callsBuiltin(bare, "jsonb_set");
  if (set) {
    again(set[0]);
    const path = keyPath(set[1]);
    if (path === null) unread();
    else readValue(set[2], [...root, ...path], body, work, seen);
    return;
  }
  const pairs = pairsOf(bare);
  if (pairs) {
    for (let index = 0; index < pairs.length; index += 2) {
      const key = stringConst(pairs[index]);
      if (key === null) unread();
      else readValue(pairs[index + 1], [...root, key], body, work, seen);
    }
    return;
  }
  const local = name?.length === 1 ? (name[0] ?? "") : "";
  const values = seen.includes(local) ? [] : assignedTo(bare, body);
  if (values.length > 0) for (const { value } of values) readObject(value, root, body, work, [...seen, local]);
  else if (!seen.includes(local)) unread();
}

/** A value under a key; an object is represented by its own keys. */
function readValue(value: Expr | undefined, path: string[], body: TriggerBody, work: ClaimWork, seen: string[]): void {
  if (value && pairsOf(uncast(value))) readObject(value, path, body, work, seen);
  else work.paths.push(path);
}

const pairsOf = (node: Expr | undefined): Expr[] | null =>
  callsBuiltin(node, "jsonb_build_object") ?? callsBuiltin(node, "json_build_object");

function shown(node: Expr): string {
  try {
    return printExpr(node);
  } catch {
    return "an expression";
  }
}
