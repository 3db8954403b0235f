import {
  ahead,
  cursorOver,
  escapedBreak,
  fail,
  isAt,
  skip,
  skipArithmetic,
  skipBrackets,
  skipTo,
  substitution,
  type Cursor,
} from "./cursor.ts";
import type { Statement, Word } from "./syntax.ts";

/** A word that is being read. */
interface Made {
  value: string;
  isStatic: boolean;
  inner: Statement[][];
}

/** Read a word. Null: there is none. */
export function readWord(cursor: Cursor): Word | null {
  const start = cursor.at;
  const made: Made = { value: "", isStatic: true, inner: [] };
  let goesOn = true;
  while (goesOn) goesOn = readPiece(cursor, made);
  return cursor.at === start ? null : { start, end: cursor.at, ...made };
}

/** Read the next piece of a word. False: the word has ended. */
function readPiece(cursor: Cursor, made: Made): boolean {
  const { text, at } = cursor;
  const char = text[at];
  const next = text[at + 1];
  if (char === "(" && /^\w+\+?=$/.test(made.value)) readArray(cursor, made);
  else if (char === undefined || /[\s;&|()]/.test(char)) return false;
  else if (char === "<" || char === ">") return next === "(" && readProcess(cursor, made);
  else if (char === "'") readQuotes(cursor, made);
  else if (char === "$" && next === "'") readEscapedQuotes(cursor, made);
  else if (char === '"') readDoubleQuotes(cursor, made);
  else if (char === "$" || char === "`") readExpansion(cursor, made);
  else if (char === "\\") readEscape(cursor, made);
  else {
    made.value += char;
    cursor.at += 1;
  }
  return true;
}

/** `name=(…)` */
function readArray(cursor: Cursor, made: Made): void {
  cursor.at += 1;
  skipBrackets(cursor, "(", ")");
  made.isStatic = false;
}

/** `<(…)` */
function readProcess(cursor: Cursor, made: Made): true {
  const from = cursor.at;
  cursor.at += 2;
  made.inner.push(substitution(cursor));
  made.value += cursor.text.slice(from, cursor.at);
  made.isStatic = false;
  return true;
}

function readQuotes(cursor: Cursor, made: Made): void {
  cursor.at += 1;
  made.value += skipTo(cursor, "'");
}

/** `$'…'` */
function readEscapedQuotes(cursor: Cursor, made: Made): void {
  const { text } = cursor;
  cursor.at += 2;
  while (text[cursor.at] !== "'") {
    if (text[cursor.at] === undefined) fail(cursor);
    if (text[cursor.at] === "\\") made.value += text[cursor.at++] ?? "";
    made.value += text[cursor.at++] ?? "";
  }
  cursor.at += 1;
}

function readDoubleQuotes(cursor: Cursor, made: Made): void {
  const { text } = cursor;
  cursor.at += 1;
  while (text[cursor.at] !== '"') {
    const char = text[cursor.at];
    if (char === undefined) fail(cursor);
    if (char === "\\" && /["\\$`\n]/.test(text[cursor.at + 1] ?? "")) {
      made.value += text[cursor.at + 1] ?? "";
      cursor.at += 2;
    } else if (char === "$" || char === "`") readExpansion(cursor, made);
    else {
      made.value += char;
      cursor.at += 1;
    }
  }
  cursor.at += 1;
}

function readEscape(cursor: Cursor, made: Made): void {
  const lineBreak = escapedBreak(cursor);
  if (lineBreak > 0) {
    cursor.at += lineBreak;
    return;
  }
  made.value += cursor.text[cursor.at + 1] ?? "";
  cursor.at += 2;
}

/** `$…` and backticks; the text of it stays in the word. */
function readExpansion(cursor: Cursor, made: Made): void {
  const { text, at: from } = cursor;
  const isLone = text[from] === "$" && !/[\w({@*#?$!-]/.test(text[from + 1] ?? "");
  made.inner.push(...expansion(cursor));
  made.value += text.slice(from, cursor.at);
  if (!isLone) made.isStatic = false;
}

/** Skip an expansion; returns the commands in it. */
function expansion(cursor: Cursor): Statement[][] {
  if (isAt(cursor, "`")) {
    cursor.at += 1;
    const inside = skipTo(cursor, "`").replaceAll("\\`", "`");
    return [cursor.list(cursorOver(inside, cursor.list), new Set())];
  }
  if (isAt(cursor, "$((")) {
    cursor.at += 3;
    skipArithmetic(cursor);
    return [];
  }
  if (isAt(cursor, "$(")) {
    cursor.at += 2;
    return [substitution(cursor)];
  }
  if (isAt(cursor, "${")) {
    cursor.at += 2;
    skipBrackets(cursor, "{", "}");
    return [];
  }
  cursor.at += 1;
  return [];
}

/** `[[ … ]]` from behind its first word: in it, brackets and bars are words. */
export function readDoubleBrackets(cursor: Cursor, first: Word): Word[] {
  const words = [first];
  for (;;) {
    skip(cursor, true);
    const one = readWord(cursor) ?? readOperator(cursor);
    words.push(one);
    if (one.value === "]]") return words;
    if (one.value === "=~") words.push(readRegularExpression(cursor));
  }
}

function readOperator(cursor: Cursor): Word {
  const start = cursor.at;
  const value = /^(?:&&|\|\||[<>()])/.exec(ahead(cursor, 2))?.[0] ?? fail(cursor);
  cursor.at += value.length;
  return { start, end: cursor.at, value, isStatic: true, inner: [] };
}

/** What is behind `=~`, with brackets and bars of its own. */
function readRegularExpression(cursor: Cursor): Word {
  skip(cursor, false);
  const { text, at: start } = cursor;
  const quoted = text[start] === "'" || text[start] === '"' ? readWord(cursor) : null;
  if (quoted) return quoted;
  const value = /^(?:\\.|\[[^\]]*\]|\([^)]*\)|[^\s])+/.exec(text.slice(start))?.[0] ?? "";
  cursor.at += value.length;
  return { start, end: cursor.at, value, isStatic: !/\$\w|\$\{/.test(value), inner: [] };
}
