import type { SelectStmt } from "libpg-query";
import { as, type Expr } from "./expr/node.ts";
import { parseStatements } from "./expr/parse.ts";
import { relationsIn } from "./expr/relations.ts";
import { boolConst, nameParts, stringConst } from "./expr/shape.ts";
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
  command: "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "COPY" | "TRUNCATE" | "CREATE TABLE AS" | "REFRESH" | "ALTER";
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
  /** functions that run, in whatever part of the statement they stand */
  calls: string[][];
  /** sequences that get another value, by the name that the statement gives; `*`: one that is not a constant */
  sequences: string[];
  /** it runs dynamic SQL in which a command writes rows */
  dynamic: boolean;
  /** ALTER ROLE … PASSWORD */
  password: boolean;
  /** COPY … PROGRAM, or from a file of the server */
  program: boolean;
}

const DYNAMIC_WRITE = /\b(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into|truncate|copy)\b/i;

/** Statements that only define something: the expressions in them do not run. A matview runs its query. */
const DEFINITIONS = [
  "CreateFunctionStmt",
  "CreateTrigStmt",
  "CreatePolicyStmt",
  "AlterPolicyStmt",
  "ViewStmt",
  "RuleStmt",
  "CreateStmt",
  "CreateDomainStmt",
  "CreateForeignTableStmt",
  "CommentStmt",
  "GrantStmt",
] as const;

/** What a statement of a migration writes; nothing where the grammar does not read it. Pure. */
export function statementWrites(text: string): StatementWrites {
  const found = noWrites();
  for (const tree of treesOf(text)) readTree(tree, text, found);
  return found;
}

/** What the actions of CREATE RULE write. */
export function ruleWrites(rule: Expr): StatementWrites {
  const found = noWrites();
  for (const action of as("RuleStmt", rule)?.actions ?? []) readTree(action, "", found);
  return found;
}

const noWrites = (): StatementWrites => ({
  rows: [],
  calls: [],
  sequences: [],
  dynamic: false,
  password: false,
  program: false,
});

/** The statements in a text; none where the grammar does not read it. */
export function treesOf(text: string): Expr[] {
  try {
    return parseStatements(text).flatMap(({ stmt }) => stmt ?? []);
  } catch {
    return [];
  }
}

function readTree(tree: Expr, text: string, found: StatementWrites): void {
  if (as("DoStmt", tree)) return readBlock(text, found);
  const role = as("CreateRoleStmt", tree) ?? as("AlterRoleStmt", tree);
  if (role?.options?.some((option) => as("DefElem", option)?.defname === "password")) found.password = true;
  const explained = as("ExplainStmt", tree);
  const isRun =
    !explained || explained.options?.some((option) => as("DefElem", option)?.defname === "analyze") === true;
  if (!isRun || DEFINITIONS.some((kind) => kind in tree)) return;
  readWhole(tree, found);
  walk(tree, (node) => {
    readWrite(node, found);
    readCall(node, found);
  });
}

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
    if (tree.kind === "expression") walk(tree.expr, (node) => readCall(node, found));
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

/** Statements that write as a whole. */
function readWhole(tree: Expr, found: StatementWrites): void {
  const copy = as("CopyStmt", tree);
  if (copy?.is_program || (copy?.filename !== undefined && copy.filename !== "")) found.program = true;
  if (copy?.is_from) addTarget(copy.relation, "COPY", null, found);
  const created = as("CreateTableAsStmt", tree);
  if (created?.objtype === "OBJECT_TABLE") addTarget(created.into?.rel, "CREATE TABLE AS", created.query, found);
  const refreshed = as("RefreshMatViewStmt", tree);
  if (refreshed && !refreshed.skipData) addTarget(refreshed.relation, "REFRESH", null, found);
  const sequence = as("AlterSeqStmt", tree);
  if (sequence?.options?.some((option) => as("DefElem", option)?.defname === "restart"))
    found.sequences.push(sequence.sequence?.relname ?? "*");
  const altered = as("AlterTableStmt", tree);
  for (const cmd of altered?.cmds ?? []) {
    const { subtype, name, def } = as("AlterTableCmd", cmd) ?? {};
    // the values of its rows are what USING gives
    if (subtype === "AT_AlterColumnType" && as("ColumnDef", def)?.raw_default)
      addTarget(altered?.relation, "ALTER", def, found, { columns: name === undefined ? null : [name] });
  }
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

function readCall(node: Expr, found: StatementWrites): void {
  const called = as("FuncCall", node);
  if (!called) return;
  const name = nameParts(called.funcname);
  found.calls.push(name);
  if (["setval", "nextval"].includes(name.at(-1) ?? "")) {
    const [sequence] = called.args ?? [];
    const cast = as("TypeCast", sequence);
    found.sequences.push(stringConst(cast ? cast.arg : sequence) ?? "*");
  }
}
