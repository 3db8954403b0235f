import type { Place } from "../../pg/plpgsql/node.ts";

/**
 * The range to cut for a statement: its whole lines where nothing else than a comment is on them, with one of the two
 * blank lines that would be left side by side; otherwise the statement and the spaces before it.
 */
export function wholeLines(text: string, place: Place): Place {
  const lineStart = text.lastIndexOf("\n", place.start - 1) + 1;
  const newline = text.indexOf("\n", place.end);
  const lineEnd = newline < 0 ? text.length : newline + 1;
  const before = text.slice(lineStart, place.start);
  const after = text.slice(place.end, newline < 0 ? text.length : newline);
  // On the first line of a body is the rest of the line of AS $$.
  const isAlone = before.trim() === "" && isNothing(after) && lineStart > 0 && newline >= 0;
  if (!isAlone) return { start: place.start - (before.length - before.trimEnd().length), end: place.end };
  const blank = (from: number): boolean => {
    const end = text.indexOf("\n", from);
    return end >= 0 && text.slice(from, end).trim() === "";
  };
  const previous = text.lastIndexOf("\n", lineStart - 2) + 1;
  const afterOpening = /(?:\bbegin|\bthen|\belse|\bloop|\bdeclare)\s*$/i.test(text.slice(0, lineStart));
  const leavesTwo =
    blank(lineEnd) &&
    (afterOpening ||
      ((previous < lineStart - 1 || text[lineStart - 1] === "\n") && text.slice(previous, lineStart).trim() === ""));
  return { start: lineStart, end: leavesTwo ? text.indexOf("\n", lineEnd) + 1 : lineEnd };
}

/** A comment on the line of the statement is about it. */
const isNothing = (rest: string): boolean => /^\s*(--[^\n]*)?$/.test(rest);
