import type { ScanToken } from "libpg-query";
import { scanTokens } from "../pg/expr/parse.ts";

/** A statement of a file. */
export interface Statement {
  /** without the semicolon */
  text: string;
  /** 1-based line of its first token */
  line: number;
}

/** A line that only psql understands: `\ir other.sql`. */
export interface PsqlCommand {
  command: string;
  argument: string;
  line: number;
}

export interface SplitFile {
  parts: (({ kind: "statement" } & Statement) | ({ kind: "psql" } & PsqlCommand))[];
  /** where the scanner gave up (an open string or comment): what follows that line was not read */
  broken: { line: number; message: string; text: string } | null;
}

/**
 * Split a file into statements, by the tokens of Postgres' own scanner: semicolons inside strings, dollar quotes, comments, parentheses
 * (CREATE RULE) and BEGIN ATOMIC bodies end nothing. psql's backslash lines are taken out first; rows of COPY FROM stdin go with their statement.
 */
export function splitStatements(sql: string): SplitFile {
  const { text, commands } = takePsqlOut(sql.replace(/^\uFEFF/, ""));
  const source = Buffer.from(text, "utf8");
  const { tokens, broken } = scan(text);
  const parts: SplitFile["parts"] = commands.map((command) => ({ kind: "psql", ...command }));
  let first: ScanToken | null = null;
  let depth = 0;
  let atomic = 0;
  let previous = "";
  const finish = (end: number): void => {
    if (first === null) return;
    const statement = source.subarray(first.start, end).toString("utf8").trimEnd();
    parts.push({ kind: "statement", text: statement, line: lineAt(source, first.start) });
    first = null;
    depth = 0;
    atomic = 0;
  };
  for (const token of tokens) {
    const word = token.text.toLowerCase();
    if (word === ";" && depth <= 0 && atomic === 0) {
      finish(token.start);
      previous = "";
      continue;
    }
    first ??= token;
    if (word === "(") depth += 1;
    if (word === ")") depth -= 1;
    if (word === "atomic" && previous === "begin") atomic += 1;
    else if (atomic > 0 && word === "case") atomic += 1;
    else if (atomic > 0 && word === "end") atomic -= 1;
    previous = word;
  }
  if (broken === null) finish(source.length);
  parts.sort((a, b) => a.line - b.line);
  return { parts, broken: broken && { ...broken, text: text.split("\n")[broken.line - 1] ?? "" } };
}

function scan(text: string): { tokens: ScanToken[]; broken: { line: number; message: string } | null } {
  try {
    return { tokens: scanTokens(text), broken: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The scanner names no place. What opens and does not close is found by scanning ever shorter beginnings.
    const lines = text.split("\n");
    let good = 0;
    for (let low = 0, high = lines.length; low <= high;) {
      const middle = (low + high) >> 1;
      if (scans(lines.slice(0, middle).join("\n"))) {
        good = Math.max(good, middle);
        low = middle + 1;
      } else high = middle - 1;
    }
    const beginning = lines.slice(0, good).join("\n");
    return {
      tokens: scanTokens(beginning),
      broken: { line: good + 1, message },
    };
  }
}

function scans(text: string): boolean {
  try {
    scanTokens(text);
    return true;
  } catch {
    return false;
  }
}

/** Blank out psql's backslash lines and COPY rows, so that line numbers stay. A backslash inside a quoted text is left alone. */
function takePsqlOut(sql: string): { text: string; commands: PsqlCommand[] } {
  if (!/^\s*\\|from\s+stdin/im.test(sql)) return { text: sql, commands: [] };
  const commands: PsqlCommand[] = [];
  const lines = sql.split("\n");
  let copying = false;
  for (const [index, line] of lines.entries()) {
    if (copying) {
      if (line.trim() === "\\.") copying = false;
      lines[index] = "";
      continue;
    }
    const found = /^\s*\\(\w+|!)\s*(.*?)\s*$/.exec(line);
    if (found && scans(lines.slice(0, index).join("\n"))) {
      commands.push({ command: found[1] ?? "", argument: found[2] ?? "", line: index + 1 });
      lines[index] = "";
    }
    if (/^\s*copy\s.*from\s+stdin/i.test(line)) {
      copying = true;
      commands.push({ command: "copy rows", argument: line.trim(), line: index + 1 });
      lines[index] = "";
    }
  }
  return { text: lines.join("\n"), commands };
}

function lineAt(source: Buffer, offset: number): number {
  let line = 1;
  for (let at = source.indexOf(10); at >= 0 && at < offset; at = source.indexOf(10, at + 1)) line += 1;
  return line;
}
