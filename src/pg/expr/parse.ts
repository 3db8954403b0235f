import { loadModule, parseSync, parsePlPgSQLSync, scanSync, type RawStmt, type ScanToken } from "libpg-query";
import type { Expr } from "./node.ts";
import { as } from "./node.ts";

// The grammar is WASM. It is loaded once, so that everything after it can be synchronous.
await loadModule();

const PREFIX = "SELECT ";

/**
 * Parse one SQL expression with PostgreSQL's own grammar (version 18). Locations in the tree are byte offsets into
 * `text`. Throws the grammar's syntax error.
 */
export function parseExpr(text: string): Expr {
  const tree = parseSync(PREFIX + text);
  const only = tree.stmts?.length === 1 ? as("SelectStmt", tree.stmts[0]?.stmt) : null;
  const target = only?.targetList?.length === 1 ? as("ResTarget", only.targetList[0]) : null;
  if (!only || !target?.val || target.name !== undefined || only.fromClause || only.whereClause)
    throw new SyntaxError(`not a single expression: ${text}`);
  return shiftLocations(target.val, -PREFIX.length);
}

/** Parse SQL statements (a file, the body of an SQL function). */
export function parseStatements(text: string): RawStmt[] {
  return parseSync(text).stmts ?? [];
}

/**
 * The tokens of PostgreSQL's own scanner, without comments; locations are byte offsets. Throws for an unterminated
 * string or comment.
 */
export function scanTokens(text: string): ScanToken[] {
  return scanAll(text).filter((token) => !token.tokenName.endsWith("_COMMENT"));
}

/**
 * The tokens with comments. libpg-query 18.1 hands them over as JSON in which control characters of names and literals
 * are not escaped, so each is replaced by one that is as long, and the text of the token is read from the source.
 */
export function scanAll(text: string): ScanToken[] {
  if (text.trim() === "") return []; // the scanner rejects an empty text
  if (!CONTROL.test(text)) return scanSync(text).tokens;
  const source = Buffer.from(text, "utf8");
  const masked = text.replaceAll(CONTROLS, (character) => (character === "\v" || character === "\f" ? " " : "_"));
  return scanSync(masked).tokens.map((token) => ({
    ...token,
    text: source.subarray(token.start, token.end).toString("utf8"),
  }));
}

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0001-\u0008\u000B\u000C\u000E-\u001F]/;
const CONTROLS = new RegExp(CONTROL, "g");

/**
 * Parse a CREATE FUNCTION … LANGUAGE plpgsql statement. The result is PL/pgSQL's own tree, with each SQL fragment as
 * text.
 */
export function parsePlpgsql(createFunction: string): unknown {
  return parsePlPgSQLSync(createFunction);
}

function shiftLocations<T>(value: T, by: number): T {
  if (Array.isArray(value)) return value.map((item: unknown) => shiftLocations(item, by)) as T;
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value))
    out[key] = key === "location" && typeof item === "number" ? item + by : shiftLocations(item, by);
  return out as T;
}
