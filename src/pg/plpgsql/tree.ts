import type { RawStmt } from "libpg-query";
import type { Expr } from "../expr/node.ts";
import { parseExpr, parseStatements } from "../expr/parse.ts";
import type { Sql } from "./node.ts";

/**
 * The tree of an SQL text. Locations in the tree are offsets into `sql`, which may be the text with SELECT put before
 * it.
 */
export type SqlTree =
  | { kind: "expression"; expr: Expr; sql: Sql }
  | { kind: "statements"; statements: RawStmt[]; sql: Sql }
  /** `message` is PostgreSQL's */
  | { kind: "syntax-error"; message: string };

const SELECT = "SELECT ";

/**
 * Parse an SQL text of a body. An expression is any text that can follow SELECT: `count(*) FROM t` is parsed as the
 * statement that it is a part of.
 */
export function treeOf(sql: Sql): SqlTree {
  if (sql.parse === "statement") return statementsIn(sql);
  try {
    return { kind: "expression", expr: parseExpr(sql.text), sql };
  } catch {
    const copied = sql.copied.map((run) => ({ ...run, at: run.at + SELECT.length }));
    return statementsIn({ text: SELECT + sql.text, parse: "statement", copied });
  }
}

function statementsIn(sql: Sql): SqlTree {
  try {
    return { kind: "statements", statements: parseStatements(sql.text), sql };
  } catch (error) {
    return { kind: "syntax-error", message: error instanceof Error ? error.message : String(error) };
  }
}
