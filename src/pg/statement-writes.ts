import type { SelectStmt } from "libpg-query";
import { as, type Expr } from "./expr/node.ts";
import { parseStatements } from "./expr/parse.ts";
import { relationsIn } from "./expr/relations.ts";
import { boolConst, nameParts } from "./expr/shape.ts";
import { walk } from "./expr/walk.ts";
import type { QualifiedName } from "./name.ts";
import { parsePlFunction } from "./plpgsql/parse.ts";
import { treeOf } from "./plpgsql/tree.ts";
import { embeddedSql } from "./plpgsql/visit.ts";

/** A relation whose rows a statement adds, changes or removes. */
export interface WrittenRows {
  /** null where the statement names no schema */
  schema: string | null;
  name: string;
  command: "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "COPY" | "TRUNCATE" | "CREATE TABLE AS";
  /** columns of SET, or those of an INSERT that names them; null: any */
  columns: readonly string[] | null;
  /** relations from which the rows come, or by which they are chosen */
  reads: readonly QualifiedName[];
  /** the value of each boolean column that an INSERT … VALUES gives as a constant, by its name: all rows agree */
  constants: ReadonlyMap<string, boolean>;
}

/** What a statement does that the catalog does not show afterwards. */
export interface StatementWrites {
  rows: WrittenRows[];
  /** functions that a SELECT, a CALL or a PERFORM calls for what they do */
  calls: string[][];
  /** it runs dynamic SQL in which a command writes rows */
  dynamic: boolean;
  /** ALTER ROLE … PASSWORD */
  password: boolean;
  /** COPY … PROGRAM, or from a file of the server */
  program: boolean;
}

const DYNAMIC_WRITE = /\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|truncate|copy)\b/i;

/** What a statement of a migration writes; nothing where the grammar does not read it. Pure. */
export function statementWrites(text: string): StatementWrites {
  const found: StatementWrites = { rows: [], calls: [], dynamic: false, password: false, program: false };
  readStatements(text, found);
  return found;
}

function readStatements(text: string, found: StatementWrites): void {
  let trees: Expr[];
  try {
    trees = parseStatements(text).flatMap(({ stmt }) => stmt ?? []);
  } catch {
    return;
  }
  for (const tree of trees) readTree(tree, text, found);
}

function readTree(tree: Expr, text: string, found: StatementWrites): void {
  if (as("DoStmt", tree)) return readBlock(text, found);
  const role = as("CreateRoleStmt", tree) ?? as("AlterRoleStmt", tree);
  if (role?.options?.some((option) => as("DefElem", option)?.defname === "password")) found.password = true;
  readCopy(tree, found);
  const created = as("CreateTableAsStmt", tree);
  if (created?.objtype === "OBJECT_TABLE") addTarget(created.into?.rel, "CREATE TABLE AS", created.query, found);
  // a definition runs nothing, whatever it holds
  if (created ? created.objtype !== "OBJECT_TABLE" : !RUNS.some((kind) => kind in tree)) return;
  walk(tree, (node) => void readWrite(node, found));
  const called = as("CallStmt", tree)?.funccall?.funcname;
  if (called) found.calls.push(nameParts(called));
  readSelect(as("SelectStmt", tree), found);
}

const RUNS = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "TruncateStmt", "CallStmt"] as const;

/** What a block does, by its statements and its dynamic SQL. */
function readBlock(text: string, found: StatementWrites): void {
  const parsed = parsePlFunction(text);
  if (parsed.kind !== "parsed") {
    found.dynamic ||= DYNAMIC_WRITE.test(text);
    return;
  }
  for (const { role, sql } of embeddedSql(parsed.fn)) {
    if (role === "dynamic") found.dynamic ||= literalsOf(text).some((literal) => DYNAMIC_WRITE.test(literal));
    const tree = treeOf(sql);
    if (tree.kind === "statements") for (const { stmt } of tree.statements) if (stmt) readTree(stmt, sql.text, found);
    if (tree.kind === "expression") readSelectList([tree.expr], found);
  }
}

/** The string constants in a block, of which its dynamic SQL is made; the block itself may be a dollar-quoted one. */
function literalsOf(block: string): string[] {
  const body = /\$(\w*)\$([^]*)\$\1\$/.exec(block)?.[2] ?? block;
  const code = body.replaceAll(/--.*$/gm, "");
  return [...code.matchAll(/'((?:[^']|'')*)'|\$(\w*)\$([^]*?)\$\2\$/g)].map(
    ([, quoted, , dollar]) => quoted ?? dollar ?? "",
  );
}

function readCopy(tree: Expr, found: StatementWrites): void {
  const copy = as("CopyStmt", tree);
  if (!copy) return;
  if (copy.is_program || (copy.filename !== undefined && copy.filename !== "")) found.program = true;
  if (copy.is_from) addTarget(copy.relation, "COPY", null, found);
}

function readWrite(node: Expr, found: StatementWrites): void {
  const insert = as("InsertStmt", node);
  if (insert) {
    const columns = insert.cols?.flatMap((column) => as("ResTarget", column)?.name ?? []) ?? null;
    const constants = constantsOf(columns ?? [], as("SelectStmt", insert.selectStmt));
    addTarget(insert.relation, "INSERT", insert.selectStmt, found, { columns, constants });
  }
  const update = as("UpdateStmt", node);
  if (update) {
    const columns = update.targetList?.flatMap((column) => as("ResTarget", column)?.name ?? []) ?? null;
    addTarget(update.relation, "UPDATE", [update.fromClause, update.whereClause, update.targetList], found, {
      columns,
    });
  }
  const deleted = as("DeleteStmt", node);
  if (deleted) addTarget(deleted.relation, "DELETE", [deleted.usingClause, deleted.whereClause], found);
  const merged = as("MergeStmt", node);
  if (merged) addTarget(merged.relation, "MERGE", merged.sourceRelation, found);
  for (const relation of as("TruncateStmt", node)?.relations ?? [])
    addTarget(as("RangeVar", relation), "TRUNCATE", null, found);
  const into = as("SelectStmt", node)?.intoClause;
  if (into?.rel) addTarget(into.rel, "CREATE TABLE AS", as("SelectStmt", node)?.fromClause, found);
}

function addTarget(
  target: { schemaname?: string; relname?: string; relpersistence?: string } | undefined | null,
  command: WrittenRows["command"],
  source: unknown,
  found: StatementWrites,
  more: { columns?: readonly string[] | null; constants?: ReadonlyMap<string, boolean> } = {},
): void {
  // a temporary table is gone with its session
  if (target?.relname === undefined || target.relpersistence === "t" || target.schemaname === "pg_temp") return;
  found.rows.push({
    schema: target.schemaname ?? null,
    name: target.relname,
    command,
    columns: more.columns ?? null,
    reads: source === null ? [] : relationsIn(source),
    constants: more.constants ?? new Map(),
  });
}

/** Columns to which every row of VALUES gives the same boolean constant. */
function constantsOf(columns: readonly string[], select: SelectStmt | null): Map<string, boolean> {
  const rows = (select?.valuesLists ?? []).map((row) => as("List", row)?.items ?? []);
  return new Map(
    columns.flatMap((column, place): [string, boolean][] => {
      const values = new Set(rows.map((row) => boolConst(row[place])));
      const [value = null] = values;
      return values.size === 1 && value !== null ? [[column, value]] : [];
    }),
  );
}

function readSelect(select: SelectStmt | null, found: StatementWrites): void {
  if (!select) return;
  readSelectList(
    (select.targetList ?? []).flatMap((target) => as("ResTarget", target)?.val ?? []),
    found,
  );
  walk(select.fromClause ?? [], (node) => {
    const called = as("FuncCall", node)?.funcname;
    if (called) found.calls.push(nameParts(called));
  });
}

function readSelectList(list: readonly Expr[], found: StatementWrites): void {
  walk(list, (node) => {
    const called = as("FuncCall", node)?.funcname;
    if (called) found.calls.push(nameParts(called));
  });
}
