import type { ScanToken } from "libpg-query";
import type { PgFunction } from "../../../pg/catalog.ts";
import { as, type Expr } from "../../../pg/expr/node.ts";
import { parseStatements, scanTokens } from "../../../pg/expr/parse.ts";
import { functionStatements } from "../../../pg/function-statement.ts";
import { some, walk } from "../../../pg/expr/walk.ts";
import { HOLE } from "../find/driver.ts";

/** A function that SQL calls, by the name that is written. */
export interface CalledFunction {
  schema: string | null;
  /** null: an expression of the code makes it, or a part of it */
  name: string | null;
}

/** A name in the place of an expression in a template, which may be a value, a name or a piece of SQL. */
const HOLE_NAME = "rlsmith_hole";
const HOLES = new RegExp(`${HOLE}+`, "g");
const MAY_CALL = new RegExp(String.raw`[\w"${HOLE}]\s*\(`);

/**
 * The functions that a text calls, if it is SQL. What does not parse, such as a part of a statement, is read by its
 * tokens: a name with a parenthesis behind it. `isSql`: it is certain that the text is sent as SQL.
 */
export function callsInSql(view: string, { isSql }: { isSql: boolean }): CalledFunction[] {
  if (!MAY_CALL.test(view) || !(isSql || SPEAKS_SQL.test(view))) return [];
  const text = unescaped(view).replaceAll(HOLES, HOLE_NAME);
  for (const attempt of attempts(text, isSql)) {
    const found = parsedCalls(attempt, isSql);
    if (found) return found;
  }
  if (isSql) return tokenCalls(withParameters(text));
  return beginsAsSql(text) ? tokenCalls(withParameters(text), { isStrict: true }) : [];
}

/** The functions and procedures that a text creates. */
export const createdInSql = (view: string): PgFunction[] =>
  /\bcreate\b/i.test(view)
    ? (functionStatements(unescaped(view).replaceAll(HOLES, HOLE_NAME)) ?? []).flatMap((one) =>
        one.kind === "created" ? [one.fn] : [],
      )
    : [];

const calledAs = (name: string, schema: string | undefined): CalledFunction => ({
  schema: schema === undefined || schema.includes(HOLE_NAME) ? null : schema,
  name: name.includes(HOLE_NAME) ? null : name,
});

const SPEAKS_SQL = /\b(?:select|call|perform|with|insert|update|delete|merge|values|do|execute)\b/i;

/** True for a text whose first word begins a statement. */
export const beginsAsSql = (text: string): boolean =>
  /^\s*(?:(?:select|call|perform|insert|update|delete|merge|do|begin|execute)\b|with\s+(?:recursive\s+)?["\w]+\s*(?:\([^()]*\)\s*)?as\b)/i.test(
    text,
  );

/** The text as the code means it: escapes of the literal are signs of SQL to the parser. */
const unescaped = (view: string): string =>
  view.includes("\\") ? view.replaceAll(/\\([^])/g, (_, sign: string) => (/[nrt]/.test(sign) ? " " : sign)) : view;

/** The marks that drivers put in the place of a value: `?`, `:name`, `@name`, `%s`, `$<name>`, `$(name)`. */
const withParameters = (text: string): string =>
  text.replaceAll(/\?|%s|\$[<({/[]\w+[>)}/\]](?:[:^~]\w*)?|(?<![:\w"]):[a-z_]\w*|(?<![\w@])@[a-z_]\w*/gi, () => " $1 ");

/** A statement, also with a driver's marks; a piece of SQL is an expression. */
const attempts = (text: string, isSql: boolean): string[] => {
  const texts = [text, withParameters(text)];
  return isSql ? [...texts, ...texts.map((one) => `select ${one}`)] : texts;
};

function parsedCalls(text: string, isSql: boolean): CalledFunction[] | null {
  try {
    return parseStatements(text).flatMap(({ stmt }) => (isSql || canRun(stmt) ? callsOf(stmt) : []));
  } catch {
    return null;
  }
}

/** False for a statement that names a column and no relation: `select file(s)` is a word for one file or more. */
function canRun(stmt: Expr | undefined): boolean {
  const isColumn = (node: Expr): boolean => {
    const [first] = as("ColumnRef", node)?.fields ?? [];
    return first !== undefined && as("String", first)?.sval?.includes(HOLE_NAME) === false;
  };
  const isSource = (node: Expr): boolean =>
    ["RangeVar", "RangeFunction", "RangeSubselect"].some((kind) => kind in node);
  return !some(stmt, isColumn) || some(stmt, isSource) || as("SelectStmt", stmt) === null;
}

function callsOf(stmt: Expr | undefined): CalledFunction[] {
  const found: CalledFunction[] = [];
  const add = (parts: readonly string[]): void => {
    const [name = "", schema] = parts.toReversed();
    found.push(calledAs(name, schema));
  };
  walk(stmt, (node) => {
    const written = as("FuncCall", node) ?? as("CallStmt", node)?.funccall;
    if (written) add((written.funcname ?? []).map((part) => as("String", part)?.sval ?? ""));
    const block = as("DoStmt", node);
    for (const option of block?.args ?? []) {
      const body = as("String", as("DefElem", option)?.arg)?.sval;
      if (body !== undefined) found.push(...tokenCalls(body));
    }
  });
  return found;
}

/** What a name with a parenthesis behind it is not a call after. */
const NAMES_AFTER: ReadonlySet<string> = new Set([
  "into",
  "table",
  "function",
  "procedure",
  "routine",
  "references",
  "index",
  "view",
  "type",
  "with",
  "recursive",
  "as",
  "key",
  "unique",
  "::",
  "in",
  "insert",
  "update",
  "delete",
  "merge",
  "do",
  "begin",
]);

/**
 * The names before a parenthesis; none where the text has no tokens of SQL. `isStrict`: as people write SQL, for a message
 * such as `call setContext() before the query (see there)` is none.
 */
function tokenCalls(text: string, { isStrict } = { isStrict: false }): CalledFunction[] {
  const tokens = tokensOf(text);
  return tokens.flatMap((token, index): CalledFunction[] => {
    const next = tokens[index + 1];
    if (token.tokenName !== "IDENT" || next?.text !== "(") return [];
    if (isStrict && (next.start !== token.end || token.text !== token.text.toLowerCase())) return [];
    const isQualified = tokens[index - 1]?.text === ".";
    const before = tokens[index - (isQualified ? 3 : 1)];
    if (before && isNoCallAfter(before)) return [];
    return [calledAs(nameOf(token.text), isQualified ? nameOf(tokens[index - 2]?.text ?? "") : undefined)];
  });
}

/** Two names side by side are no call; `perform` is a word of PL/pgSQL alone, and a name to the scanner. */
function isNoCallAfter({ text, tokenName }: ScanToken): boolean {
  const word = text.toLowerCase();
  return (tokenName === "IDENT" && word !== "perform") || NAMES_AFTER.has(word);
}

const nameOf = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase();

/** The tokens of a part of a statement, which may end in a string or in a quoted name. */
function tokensOf(text: string): ScanToken[] {
  for (const end of ["", "'", '"'])
    try {
      return scanTokens(text + end);
    } catch {
      // another end
    }
  return [];
}
