import type { ScanToken } from "libpg-query";
import { messageOf } from "../errors.ts";
import { parseStatements, scanAll, scanTokens } from "../pg/expr/parse.ts";
import { readScript, type PsqlCommand, type Script } from "./psql/index.ts";

/** A statement of a file. */
export interface Statement {
  /** without the semicolon */
  text: string;
  /** 1-based line of its first token */
  line: number;
}

export interface SplitFile {
  parts: (({ kind: "statement" } & Statement) | PsqlCommand)[];
  /** the place where the scanner failed (an unterminated string or comment); the text after that line was not read */
  broken: { line: number; message: string; text: string } | null;
  /** the variables without a value on which a command of psql depends */
  unset: Script["unset"];
}

/**
 * Split a file into statements, by the tokens of Postgres' own scanner: semicolons inside strings, dollar quotes,
 * comments, parentheses (CREATE RULE) and BEGIN ATOMIC bodies do not end a statement. psql's commands and variables are
 * replaced first; the rows of COPY FROM stdin belong to their statement. For `variables` and `follow` see readScript.
 */
export function splitStatements(
  sql: string,
  variables = new Map<string, string>(),
  follow?: (command: PsqlCommand) => void,
): SplitFile {
  const { text, commands, unset, lineOf: fileLine } = readScript(sql.replace(/^\uFEFF/, ""), variables, follow);
  const source = Buffer.from(text, "utf8");
  const { tokens, broken } = scan(text);
  const lineOf = lineCounter(source);
  const parts: SplitFile["parts"] = [...commands];
  for (let start = 0; start < tokens.length;) {
    const first = tokens[start];
    const end = endOf(tokens, start) ?? (broken === null ? endOf(tokens, start, { nested: false }) : null);
    // An unterminated statement is complete at the end of a file, but is only a fragment if the file is broken.
    if (first === undefined || (end === null && broken !== null)) break;
    const to = end === null ? source.length : (tokens[end]?.start ?? source.length);
    if (end !== start) {
      const statement = source.subarray(first.start, to).toString("utf8").trimEnd();
      parts.push({ kind: "statement", text: statement, line: fileLine(lineOf(first.start)) });
    }
    if (end === null) break;
    start = end + 1;
  }
  parts.sort((a, b) => a.line - b.line);
  return { parts, broken: broken && { ...broken, line: fileLine(broken.line) }, unset };
}

/**
 * The index of the semicolon that ends the statement which starts at a token; null if there is none. If a parenthesis
 * or an ATOMIC body stays open to the end of the file, `nested` = false finds the next semicolon of any kind, so that
 * one such mistake does not swallow the statements after it.
 */
function endOf(tokens: readonly ScanToken[], start: number, { nested } = { nested: true }): number | null {
  let depth = 0;
  let atomic = 0;
  let previous = "";
  for (let index = start; index < tokens.length; index += 1) {
    const word = tokens[index]?.text.toLowerCase() ?? "";
    if (word === ";" && (!nested || (depth <= 0 && atomic === 0))) return index;
    if (word === "(") depth += 1;
    if (word === ")") depth -= 1;
    if (word === "atomic" && previous === "begin") atomic += 1;
    else if (atomic > 0 && word === "case") atomic += 1;
    else if (atomic > 0 && word === "end") atomic -= 1;
    previous = word;
  }
  return null;
}

/** The tokens of a text; if the scanner fails, those before that place. */
function scan(text: string): { tokens: ScanToken[]; broken: SplitFile["broken"] } {
  try {
    return { tokens: scanTokens(text), broken: null };
  } catch {
    // The scanner reports no place. An unterminated token is the last token of the text once its terminator is
    // appended.
    const lines = text.split("\n");
    let open = openAt(text);
    if (open === null) {
      // A text that is not a token at all (`1abc`) is in the first line with which no terminator makes the text valid.
      let [good, bad] = [0, lines.length];
      while (bad - good > 1) {
        const middle = (good + bad) >> 1;
        const beginning = lines.slice(0, middle).join("\n");
        if (scans(beginning) || openAt(beginning) !== null) good = middle;
        else bad = middle;
      }
      const beginning = lines.slice(0, good).join("\n");
      open = openAt(beginning) ?? Buffer.byteLength(beginning) + (good === 0 ? 0 : 1);
    }
    const source = Buffer.from(text, "utf8");
    const line = lineCounter(source)(open);
    return {
      tokens: scanTokens(source.subarray(0, open).toString("utf8")),
      broken: { line, message: refusal(source.subarray(open).toString("utf8")), text: lines[line - 1] ?? "" },
    };
  }
}

/**
 * The message of the parser for the text from the place where the scanner fails. The scanner's own message does not get
 * out of the WASM module.
 */
function refusal(text: string): string {
  try {
    parseStatements(text);
  } catch (error) {
    const [said = ""] = messageOf(error).split("\n");
    return said.length > 120 ? `${said.slice(0, 119)}…` : said;
  }
  return "cannot be read as SQL";
}

/**
 * The byte at which an unterminated string, quoted identifier, comment or dollar quote begins; null if there is none.
 */
function openAt(text: string): number | null {
  const tags = new Set(text.match(/\$(?:[A-Za-z_\u0080-\uFFFF][\w\u0080-\uFFFF]*)?\$/g));
  for (const closing of ["'", '"', "\n*/", "\n*/*/", "\n*/*/*/", ...tags])
    try {
      return scanAll(`${text}${closing}`).at(-1)?.start ?? null;
    } catch {
      // not this terminator
    }
  return null;
}

function scans(text: string): boolean {
  try {
    scanTokens(text);
    return true;
  } catch {
    return false;
  }
}

/** The 1-based line of a byte; counts on from the previous call, because places are asked for in order. */
function lineCounter(source: Buffer): (offset: number) => number {
  let line = 1;
  let from = 0;
  return (offset) => {
    for (let at = source.indexOf(10, from); at >= 0 && at < offset; at = source.indexOf(10, from)) {
      line += 1;
      from = at + 1;
    }
    return line;
  };
}
