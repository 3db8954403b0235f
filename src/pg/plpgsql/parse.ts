import type { CreateFunctionStmt, DoStmt } from "libpg-query";
import { as, type Expr } from "../expr/node.ts";
import { parsePlpgsql, parseStatements } from "../expr/parse.ts";
import { dollarQuote } from "../identifier.ts";
import { readVariables } from "./declarations.ts";
import { fieldsOf, listOf, nodeOf, type Fields } from "./json.ts";
import type { PlFunction, Returned } from "./node.ts";
import { Position, tokensOf, wordOf } from "./position.ts";
import type { Reading } from "./reading.ts";
import { readBlock, returnedVariable } from "./statement.ts";

export type PlParsed =
  | { kind: "parsed"; fn: PlFunction }
  /** not a single CREATE FUNCTION, CREATE PROCEDURE or DO statement in PL/pgSQL */
  | { kind: "not-plpgsql" }
  /** the grammar rejects it; `message` is PostgreSQL's */
  | { kind: "syntax-error"; message: string };

/** Read a CREATE FUNCTION, CREATE PROCEDURE or DO statement. Never throws for the contents of its text. */
export function parsePlFunction(definition: string): PlParsed {
  try {
    const body = bodyOf(definition);
    if (body === null) return { kind: "not-plpgsql" };
    const fn = fieldsOf(onlyFunction(treeOf(definition, body)), "PLpgSQL_function");
    return fn ? { kind: "parsed", fn: readFunction(fn, body) } : { kind: "not-plpgsql" };
  } catch (error) {
    return { kind: "syntax-error", message: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Read a body alone, as the body of a function with these arguments and this result, from which PL/pgSQL derives its
 * variables.
 */
export const parsePlBody = (body: string, signature: { arguments: string; result: string }): PlParsed =>
  parsePlFunction(
    `CREATE FUNCTION f(${signature.arguments}) RETURNS ${signature.result} LANGUAGE plpgsql AS ${dollarQuote(body)}`,
  );

function bodyOf(definition: string): string | null {
  const [only, ...more] = parseStatements(definition);
  const statement: CreateFunctionStmt | null = as("CreateFunctionStmt", only?.stmt);
  const options = (statement ? statement.options : block(only?.stmt)?.args) ?? [];
  const option = (name: string): Expr | undefined =>
    options.map((node) => as("DefElem", node)).find((one) => one?.defname === name)?.arg;
  const language = as("String", option("language"))?.sval ?? "plpgsql";
  if (more.length > 0 || language.toLowerCase() !== "plpgsql") return null;
  const text = option("as");
  return as("String", text ?? null)?.sval ?? as("String", as("List", text ?? null)?.items?.[0])?.sval ?? null;
}

const block = (node: Expr | undefined): DoStmt | null => as("DoStmt", node);

const onlyFunction = (tree: unknown): unknown => {
  const [fn] = listOf(typeof tree === "object" && tree !== null && "plpgsql_funcs" in tree ? tree.plpgsql_funcs : []);
  return fn;
};

/**
 * The tree of a definition. The parser takes the first part of a qualified function name for the label of the outermost
 * block, and does not know the fields of a variable that is declared `relation%ROWTYPE`. Both are blanked out, the
 * second only where the text is rejected as it is.
 */
function treeOf(definition: string, body: string): unknown {
  const bare = withoutSchema(definition);
  try {
    return parsePlpgsql(bare);
  } catch (error) {
    const at = bare.lastIndexOf(body);
    const other = withoutRowtype(body);
    if (at < 0 || other === body) throw error;
    return parsePlpgsql(bare.slice(0, at) + other + bare.slice(at + body.length));
  }
}

const blanked = (text: string, start: number, end: number): string =>
  text.slice(0, start) + " ".repeat(end - start) + text.slice(end);

function withoutSchema(definition: string): string {
  const tokens = tokensOf(definition);
  const name = tokens.findIndex((token) => ["function", "procedure"].includes(wordOf(token))) + 1;
  const [schema, dot] = [tokens[name], tokens[name + 1]];
  return name > 0 && schema && dot?.text === "." ? blanked(definition, schema.start, dot.end) : definition;
}

function withoutRowtype(body: string): string {
  const tokens = tokensOf(body);
  return tokens.reduce((text, token, index) => {
    const sign = tokens[index - 1];
    return wordOf(token) === "rowtype" && sign?.text === "%" ? blanked(text, sign.start, token.end) : text;
  }, body);
}

function readFunction(fn: Fields, body: string): PlFunction {
  const into: Reading = { at: new Position(body), variables: readVariables(fn), next: firstOfBody(fn) };
  skipOptions(into.at);
  const { block: outer, atEnd } = withoutAddedReturn(fieldsOf(fn["action"], "PLpgSQL_stmt_block") ?? {}, into);
  if (into.at.accept("<<")) {
    into.at.take();
    into.at.expect(">>");
  }
  const read = readBlock(outer, into);
  into.at.accept(";");
  if (!into.at.atEnd) into.at.lost = true;
  return { body, variables: into.variables, block: read, atEnd, placed: !into.at.lost };
}

/** The number after FOUND, the last variable that PL/pgSQL declares before it reads the body. */
const firstOfBody = (fn: Fields): number =>
  listOf(fn["datums"]).findLastIndex((datum) => {
    const fields = fieldsOf(datum, "PLpgSQL_var");
    return fields?.["refname"] === "found" && !("lineno" in fields);
  }) + 1;

/** Skip `#variable_conflict use_column` and similar options before the first block. */
function skipOptions(at: Position): void {
  while (at.word() === "#") at.take(3);
}

/** The RETURN that PL/pgSQL adds has no line number; around a block with exception handlers it adds a block as well. */
function withoutAddedReturn(outer: Fields, { variables }: Reading): { block: Fields; atEnd: Returned } {
  const body = listOf(outer["body"]);
  const last = fieldsOf(body.at(-1), "PLpgSQL_stmt_return");
  if (!last || "lineno" in last) return { block: outer, atEnd: { kind: "nothing" } };
  const atEnd = returnedVariable(last, variables);
  const inner = "lineno" in outer ? null : nodeOf(body[0]);
  return { block: inner?.fields ?? { ...outer, body: body.slice(0, -1) }, atEnd };
}
