import { readCommand } from "./command.ts";
import { ahead, cursorOver, fail, isAt, isReserved, NotRead, skip, skipHeredocs, type Cursor } from "./cursor.ts";
import type { Pipeline, ShellFile, Statement } from "./syntax.ts";

/** Read a shell script; null: it has something that is not read. Offsets are those of the text, in UTF-16 units. */
export function parseShell(text: string): ShellFile | null {
  const cursor = cursorOver(text, readList);
  try {
    const statements = readList(cursor, new Set());
    return { statements, comments: cursor.comments.toSorted((a, b) => a.start - b.start) };
  } catch (error) {
    if (error instanceof NotRead) return null;
    throw error;
  }
}

/** Statements up to one of these words, which is not taken. */
function readList(cursor: Cursor, until: ReadonlySet<string>): Statement[] {
  const found: Statement[] = [];
  for (;;) {
    skip(cursor, true);
    if (cursor.at >= cursor.text.length) return until.size > 0 ? fail(cursor) : found;
    if ([...until].some((one) => isReserved(cursor, one))) return found;
    const one = readStatement(cursor);
    skip(cursor, false);
    found.push({ ...one, end: takeEnd(cursor, one, until) });
  }
}

/** Take what ends a statement; returns where the statement ends with it. */
function takeEnd(cursor: Cursor, { end }: Statement, until: ReadonlySet<string>): number {
  const { text, at, pending } = cursor;
  if (text[at] === ";" && !/^;[;&]/.test(ahead(cursor, 2))) {
    cursor.at += 1;
    return text.slice(end, cursor.at).trim() === ";" ? cursor.at : end;
  }
  if (text[at] === "&" && text[at + 1] !== "&") {
    cursor.at += 1;
    return cursor.at;
  }
  if (text[at] === "\n") {
    cursor.at += 1;
    const hasHeredoc = pending.length > 0;
    skipHeredocs(cursor);
    return hasHeredoc ? cursor.at : end;
  }
  if (at < text.length && ![...until].some((one) => isAt(cursor, one))) fail(cursor);
  return end;
}

function readStatement(cursor: Cursor): Statement {
  const pipelines = [readPipeline(cursor, "")];
  for (;;) {
    skip(cursor, false);
    const operator = isAt(cursor, "&&") ? "&&" : isAt(cursor, "||") ? "||" : null;
    if (operator === null) break;
    cursor.at += 2;
    skip(cursor, true);
    pipelines.push(readPipeline(cursor, operator));
  }
  return { start: pipelines[0]?.start ?? cursor.at, end: pipelines.at(-1)?.end ?? cursor.at, pipelines };
}

function readPipeline(cursor: Cursor, operator: Pipeline["operator"]): Pipeline {
  skip(cursor, true);
  const start = cursor.at;
  let negated = false;
  while (/^!\s/.test(ahead(cursor, 2))) {
    negated = !negated;
    cursor.at += 1;
    skip(cursor, false);
  }
  const commands = [readCommand(cursor)];
  for (;;) {
    skip(cursor, false);
    if (!isAt(cursor, "|") || isAt(cursor, "||")) break;
    cursor.at += isAt(cursor, "|&") ? 2 : 1;
    skip(cursor, true);
    commands.push(readCommand(cursor));
  }
  return { start, end: commands.at(-1)?.end ?? cursor.at, operator, negated, commands };
}
