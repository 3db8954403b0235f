import type { Module } from "./module.ts";
import type { Node } from "./node.ts";

/** A part of a text, and what takes its place. */
export interface Edit {
  path: string;
  start: number;
  end: number;
  text: string;
}

const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end + 1;
}

const isBlank = (text: string): boolean => text.trim() === "";

/** True if a comment says something of the statement below it, and of nothing else. */
export type BelongsTo = (comment: string) => boolean;

/**
 * Remove statements that follow each other, with their lines: the comment lines directly above that belong to them, a
 * comment at the end of the line, and the blank line that would be left over.
 */
export function cutLines(module: Module, from: Node, to: Node, belongs: BelongsTo): Edit {
  const { text, path } = module;
  const blanked = (start: number, end: number): string =>
    module.comments
      .filter((one) => one.start >= start && one.end <= end)
      .reduce((left, one) => left.replace(text.slice(one.start, one.end), ""), text.slice(start, end));
  const first = lineStart(text, from.start);
  const last = lineEnd(text, to.end);
  // several statements on one line: only its own part goes
  if (!isBlank(text.slice(first, from.start)) || !isBlank(blanked(to.end, last)))
    return cutInLine(text, path, from.start, to.end);
  let start = first;
  for (;;) {
    const comment = module.comments.find(
      (one) =>
        one.end <= start && isBlank(text.slice(one.end, start)) && !/\n[^\n]*\n/.test(text.slice(one.end, start)),
    );
    if (!comment) break;
    const begin = lineStart(text, comment.start);
    if (!isBlank(text.slice(begin, comment.start)) || !belongs(comment.value)) break;
    start = begin;
  }
  let end = last;
  const before = text.slice(0, start);
  const blankAbove = /(?:^|\n)[ \t]*\r?\n$/.test(before);
  const opensAbove = start === 0 || /[{([][ \t]*\r?\n$/.test(before);
  const rest = text.slice(end);
  const blankBelow = /^[ \t]*\r?\n/.exec(rest);
  if (blankBelow && (blankAbove || opensAbove)) end += blankBelow[0].length;
  else if (blankAbove && /^[ \t]*[}\])]/.test(rest)) start = before.replace(/[ \t]*\r?\n$/, "").length;
  else if (blankAbove && rest === "") start = before.replace(/[ \t]*\r?\n$/, "").length;
  return { path, start, end, text: "" };
}

function cutInLine(text: string, path: string, start: number, end: number): Edit {
  const after = /^[ \t]*/.exec(text.slice(end))?.[0].length ?? 0;
  return { path, start, end: end + after, text: "" };
}

/** Remove some items of a list that is separated by commas or bars; at least one stays. */
export function cutItems(path: string, items: readonly Node[], gone: (item: Node) => boolean): Edit[] {
  return items.flatMap((item, n): Edit[] => {
    if (!gone(item)) return [];
    const next = items[n + 1];
    const isLastKept = items.slice(n + 1).some((one) => !gone(one));
    if (next && isLastKept) return [{ path, start: item.start, end: next.start, text: "" }];
    const previous = items[n - 1];
    return [{ path, start: previous?.end ?? item.start, end: item.end, text: "" }];
  });
}

/** Remove all items of a list, with a comma behind the last. */
export function cutAll(path: string, text: string, items: readonly Node[]): Edit[] {
  const [first, last] = [items[0], items.at(-1)];
  if (!first || !last) return [];
  const comma = /^\s*,\s*/.exec(text.slice(last.end))?.[0].length ?? 0;
  return [{ path, start: first.start, end: last.end + comma, text: "" }];
}

/** Remove some items or all. */
export const cutFrom = (path: string, text: string, items: readonly Node[], gone: (item: Node) => boolean): Edit[] =>
  items.every(gone) ? cutAll(path, text, items) : cutItems(path, items, gone);
