import type { Statement } from "./syntax.ts";

/** The place up to which a script was read, and what was found on the way. */
export interface Cursor {
  readonly text: string;
  at: number;
  readonly comments: { start: number; end: number }[];
  /** here-documents whose lines begin behind the next line break */
  readonly pending: { delimiter: string; indented: boolean }[];
  /** reads commands up to one of these words, which it does not take; words and compound commands hold such lists */
  readonly list: (cursor: Cursor, until: ReadonlySet<string>) => Statement[];
}

export const cursorOver = (text: string, list: Cursor["list"]): Cursor => ({
  text,
  at: 0,
  comments: [],
  pending: [],
  list,
});

/** The script has something that is not read. */
export class NotRead extends Error {}

export function fail({ at }: Cursor): never {
  throw new NotRead(`at ${at}`);
}

/** The next characters. */
export const ahead = ({ text, at }: Cursor, length: number): string => text.slice(at, at + length);

export const isAt = ({ text, at }: Cursor, what: string): boolean => text.startsWith(what, at);

/** The length of an escaped line break that is next; 0: there is none. */
export const escapedBreak = (cursor: Cursor): number => /^\\\r?\n/.exec(ahead(cursor, 3))?.[0].length ?? 0;

/** Skip blanks, comments and escaped line breaks; with `lines`, line breaks too. */
export function skip(cursor: Cursor, lines: boolean): void {
  const { text } = cursor;
  for (;;) {
    const char = text[cursor.at];
    if (char === " " || char === "\t" || char === "\r") cursor.at += 1;
    else if (char === "\\" && escapedBreak(cursor) > 0) cursor.at += escapedBreak(cursor);
    else if (char === "#") {
      const end = lineEndFrom(cursor);
      cursor.comments.push({ start: cursor.at, end });
      cursor.at = end;
    } else if (lines && char === "\n") {
      cursor.at += 1;
      skipHeredocs(cursor);
    } else return;
  }
}

/** Skip the lines of the here-documents that were announced on the line above. */
export function skipHeredocs(cursor: Cursor): void {
  const { text, pending } = cursor;
  for (const { delimiter, indented } of pending.splice(0)) {
    for (;;) {
      if (cursor.at >= text.length) return;
      const end = lineEndFrom(cursor);
      const line = text.slice(cursor.at, end).replace(/\r$/, "");
      cursor.at = Math.min(end + 1, text.length);
      if ((indented ? line.replace(/^\t+/, "") : line) === delimiter) break;
    }
  }
}

/** The offset of the next line break, or the end of the text. */
function lineEndFrom({ text, at }: Cursor): number {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found;
}

/** Go behind the next `close`; returns what is before it. */
export function skipTo(cursor: Cursor, close: string): string {
  const found = cursor.text.indexOf(close, cursor.at);
  if (found === -1) return fail(cursor);
  const inside = cursor.text.slice(cursor.at, found);
  cursor.at = found + close.length;
  return inside;
}

/** From behind an opening bracket to behind its closing one; quotes are respected. */
export function skipBrackets(cursor: Cursor, open: string, close: string): void {
  const { text } = cursor;
  for (let depth = 1; depth > 0;) {
    const char = text[cursor.at];
    if (char === undefined) fail(cursor);
    cursor.at += 1;
    if (char === "\\") cursor.at += 1;
    else if (char === "'") skipTo(cursor, "'");
    else if (char === '"') skipQuotes(cursor);
    if (char === open) depth += 1;
    if (char === close) depth -= 1;
  }
}

/** From behind a double quote to behind the next one, or to the end of the text. */
function skipQuotes(cursor: Cursor): void {
  const { text } = cursor;
  while (text[cursor.at] !== undefined && text[cursor.at++] !== '"') if (text[cursor.at - 1] === "\\") cursor.at += 1;
}

/** From behind `((` to behind `))`. */
export function skipArithmetic(cursor: Cursor): void {
  for (let depth = 2; depth > 0;) {
    const char = cursor.text[cursor.at++];
    if (char === undefined) fail(cursor);
    depth += char === "(" ? 1 : char === ")" ? -1 : 0;
  }
}

/** From behind `(` to behind `)`: the commands between them. */
export function substitution(cursor: Cursor): Statement[] {
  const inside = cursor.list(cursor, new Set([")"]));
  skip(cursor, true);
  if (cursor.text[cursor.at] !== ")") fail(cursor);
  cursor.at += 1;
  return inside;
}

/** True if a reserved word is next, and not the beginning of a longer one. */
export const isReserved = (cursor: Cursor, name: string): boolean =>
  isAt(cursor, name) && !(/\w$/.test(name) && /[\w-]/.test(cursor.text[cursor.at + name.length] ?? ""));

/** Take a reserved word. False: it is not next. */
export function takeReserved(cursor: Cursor, name: string): boolean {
  skip(cursor, true);
  const isNext = isReserved(cursor, name);
  if (isNext) cursor.at += name.length;
  return isNext;
}

export function need(cursor: Cursor, name: string): void {
  if (!takeReserved(cursor, name)) fail(cursor);
}

/** A list that a shell does not take empty. */
export function someCommands(cursor: Cursor, ...until: string[]): Statement[] {
  const found = cursor.list(cursor, new Set(until));
  return found.length > 0 ? found : fail(cursor);
}
