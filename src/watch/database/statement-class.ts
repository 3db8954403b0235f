import { as, type Expr } from "../../pg/expr/node.ts";
import { parseStatements, scanTokens } from "../../pg/expr/parse.ts";
import { rangeVar } from "../../pg/expr/relations.ts";
import { nameParts } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import type { NameKey } from "../../pg/name.ts";
import type { Touched } from "../denial.ts";
import type { StatementCount } from "../sample.ts";
import type { Meaning } from "./names.ts";

/** What the text of an entry says, as far as it concerns the plan. Nothing of the text itself is in it. */
export interface StatementClass {
  command: StatementCount["command"];
  relations: NameKey[];
  touched: Touched[];
  rowsAreReal: boolean;
}

/**
 * `unread`: the grammar does not accept it; `ambiguous`: it names a relation without its schema, and several have the
 * name; null: it concerns no relation of the plan, or is a utility command.
 */
export type Classified = StatementClass | "unread" | "ambiguous" | null;

type Command = StatementCount["command"];

/** Read command and relations from the text of an entry of pg_stat_statements. */
export function classify(
  text: string,
  meaningOf: (name: { schema: string | undefined; name: string }) => Meaning,
): Classified {
  const statement = parsed(text);
  if (statement === "unread" || statement === null) return statement;
  const command = commandOf(statement);
  if (command === null) return null;
  const touched = new Map<string, Touched>();
  const common = commonTables(statement);
  let ambiguous = false;
  const touch = (relation: NameKey, how: Touched["command"]): void =>
    void touched.set(JSON.stringify([relation, how]), { relation, command: how });
  walk(statement, (node) => {
    const range = rangeVar(node);
    if (range?.relname === undefined) return;
    if (range.schemaname === undefined && common.has(range.relname) && as("RangeVar", node)) return;
    const meaning = meaningOf({ schema: range.schemaname, name: range.relname });
    if (meaning === "ambiguous") ambiguous = true;
    if (meaning === null || meaning === "ambiguous") return;
    const writes = writesOf(node);
    for (const base of meaning.bases) if (writes.length === 0 || base !== meaning.target) touch(base, "SELECT");
    if (meaning.target !== null) for (const write of writes) touch(meaning.target, write);
  });
  if (ambiguous) return "ambiguous";
  if (touched.size === 0) return null;
  const all = [...touched.values()];
  return {
    command,
    relations: [...new Set(all.map(({ relation }) => relation))],
    touched: all,
    rowsAreReal: rowsAreReal(statement),
  };
}

/** The only statement of a text; of PREPARE the prepared one, whose executions are counted under this text. */
function parsed(text: string): Expr | "unread" | null {
  const statements = attempt(text) ?? attempt(withLiterals(text)) ?? attempt(assigned(text));
  if (statements === null) return "unread";
  const [only, ...more] = statements;
  if (only === undefined || more.length > 0) return null;
  return as("PrepareStmt", only)?.query ?? only;
}

/** The expression of an assignment of PL/pgSQL, which is counted under its own text (`total := (select …)`), as a SELECT. */
function assigned(text: string): string | null {
  const [, expression] = /^\s*[\w$."[\]]+\s*:?=([\s\S]*)$/.exec(text) ?? [];
  return expression === undefined ? null : `select ${expression}`;
}

function attempt(text: string | null): Expr[] | null {
  if (text === null) return null;
  try {
    return parseStatements(text).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
  } catch {
    return null;
  }
}

/**
 * The text with a literal for each parameter: the extension writes `$1` for every constant, also where the grammar has
 * no parameter (`date $1`, `interval $2`). Null where the text cannot be divided into tokens.
 */
function withLiterals(text: string): string | null {
  const source = Buffer.from(text, "utf8");
  try {
    const out: string[] = [];
    let from = 0;
    for (const { tokenName, start, end } of scanTokens(text)) {
      if (tokenName !== "PARAM") continue;
      out.push(source.subarray(from, start).toString("utf8"), "'1'");
      from = end;
    }
    return [...out, source.subarray(from).toString("utf8")].join("");
  } catch {
    return null;
  }
}

/** INSERT, UPDATE, DELETE or MERGE wherever it stands, since a wrapper such as PostgREST's selects from it. */
function commandOf(statement: Expr): Command | null {
  const own = ownCommand(statement);
  if (own !== "SELECT") return own;
  let inside: Command | null = null;
  walk(statement, (node) => {
    const one = ownCommand(node);
    if (inside === null && one !== "SELECT") inside = one;
  });
  return inside ?? "SELECT";
}

function ownCommand(node: Expr): Command | null {
  if (as("SelectStmt", node)) return "SELECT";
  if (as("InsertStmt", node)) return "INSERT";
  if (as("UpdateStmt", node)) return "UPDATE";
  if (as("DeleteStmt", node)) return "DELETE";
  if (as("MergeStmt", node)) return "MERGE";
  const copy = as("CopyStmt", node);
  return copy ? (copy.is_from === true ? "INSERT" : "SELECT") : null;
}

/** The commands whose policies the target of a node is subject to; none: it is only read. */
function writesOf(node: Expr): Exclude<Touched["command"], "SELECT">[] {
  const command = ownCommand(node);
  if (command === "UPDATE" || command === "DELETE") return [command];
  if (command === "INSERT")
    return as("InsertStmt", node)?.onConflictClause?.action === "ONCONFLICT_UPDATE" ? ["INSERT", "UPDATE"] : ["INSERT"];
  const actions = (as("MergeStmt", node)?.mergeWhenClauses ?? []).map((one) => as("MergeWhenClause", one)?.commandType);
  return (["INSERT", "UPDATE", "DELETE"] as const).filter((one) => actions.includes(`CMD_${one}`));
}

function commonTables(statement: Expr): Set<string> {
  const names = new Set<string>();
  walk(statement, (node) => {
    const name = as("CommonTableExpr", node)?.ctename;
    if (name !== undefined) names.add(name);
  });
  return names;
}

/** Aggregates that wrap the rows of a statement into one: PostgREST's, and those of `select count(*)`. */
const AGGREGATES = new Set(
  "count sum min max avg array_agg json_agg jsonb_agg json_object_agg jsonb_object_agg string_agg bool_and bool_or every xmlagg".split(
    " ",
  ),
);

/**
 * True if the counter of rows says how many rows of relations the statement has shown or changed. A SELECT that returns
 * one row whatever it finds is not of that kind: PostgREST's around `pgrst_source`, an aggregate without GROUP BY, a
 * SELECT without FROM. Neither is one around a command that changes rows.
 */
function rowsAreReal(statement: Expr): boolean {
  const select = as("SelectStmt", statement);
  if (!select) return as("CopyStmt", statement) === null || commandOf(statement) === "SELECT";
  if (select.larg || select.rarg) return true;
  if (commandOf(statement) !== "SELECT") return false;
  if ((select.fromClause ?? []).length === 0) return false;
  if (commonTables(statement).has("pgrst_source")) return false;
  if ((select.groupClause ?? []).length > 0) return true;
  return !isOneRow(select.targetList ?? []);
}

/** True if a list of results holds an aggregate: without GROUP BY there is one row, then. */
function isOneRow(results: readonly Expr[]): boolean {
  let found = false;
  walk(results, (node) => {
    if (as("SubLink", node)) return false;
    const made = as("FuncCall", node);
    if (made && made.over === undefined && AGGREGATES.has(nameParts(made.funcname).at(-1) ?? "")) found = true;
    return !found;
  });
  return found;
}
