import { stripVTControlCharacters } from "node:util";
import { wrapAnsi } from "fast-wrap-ansi";

/** Narrower terminals break lines by themselves: with a hanging indent nothing would be left of the width. */
const NARROWEST = 40;

/** Stands for a space at which a line is not broken; a noncharacter of Unicode. */
const UNBROKEN = "\uFDD2";

/**
 * Lines of prose, wrapped at the width of a terminal. The text after `hint  ` or `✓ replay   ` continues in its own
 * column, and so does the last column of a table that begins in the first half of the width. Other rows of a table stay as
 * they are. A code span is never broken, for it may be a command or SQL that someone copies.
 */
export const wrapProse = (text: string, columns: number): string =>
  columns < NARROWEST
    ? text
    : text
        .split("\n")
        .map((line) => wrapLine(line, columns))
        .join("\n");

function wrapLine(line: string, columns: number): string {
  if (widthOf(line) <= columns) return line;
  const head = HEAD.exec(line)?.[0] ?? "";
  const rest = line.slice(head.length);
  if (widthOf(head) > columns / 2 && COLUMNS.test(stripVTControlCharacters(line).trimStart())) return line;
  const hang = Math.min(widthOf(head), Math.floor(columns / 2));
  const unbroken = rest.replaceAll(/`[^`]*`/g, (code) => code.replaceAll(" ", UNBROKEN));
  // the first line has the head before it, which may be wider than the indent
  const lines = wrapAnsi(`${UNBROKEN.repeat(widthOf(head) - hang)}${unbroken}`, columns - hang).split("\n");
  const wrapped = lines.join(`\n${" ".repeat(hang)}`);
  return `${head}${wrapped.slice(widthOf(head) - hang).replaceAll(UNBROKEN, " ")}`;
}

const ESC = String.fromCodePoint(0x1b);

const COLOURS = `(?:${ESC}\\[\\d+m)*`;

/** Everything before the last column; the colours of that belong to it. */
const HEAD = new RegExp(`^${COLOURS} *(?:${COLOURS}.*\\S${COLOURS} {2,})?`);

/** Two columns before the last. */
const COLUMNS = /\S {2,}\S.*\S {2,}\S/;

const widthOf = (text: string): number => stripVTControlCharacters(text).length;
