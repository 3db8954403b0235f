import { proseLines } from "./markers.ts";

/**
 * Tables of Markdown with columns of one width, as formatters leave them: every other line stays. A row that has other
 * columns than its head is left alone.
 */
export function alignTables(text: string): string {
  const lines = text.split("\n");
  const isRow = new Set(
    [...proseLines(text)].filter((line) => /^\|.*\|\s*$/.test(line.text)).map((line) => line.number),
  );
  let at = 0;
  while (at < lines.length) {
    let end = at;
    while (isRow.has(end + 1)) end += 1;
    if (end > at + 1) lines.splice(at, end - at, ...aligned(lines.slice(at, end)));
    at = Math.max(end, at + 1);
  }
  return lines.join("\n");
}

function aligned(rows: readonly string[]): readonly string[] {
  const cells = rows.map(cellsOf);
  const count = cells[0]?.length ?? 0;
  if (!cells[1]?.every((cell) => /^:?-+:?$/.test(cell)) || cells.some((row) => row.length !== count)) return rows;
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(3, ...cells.map((row, n) => (n === 1 ? 0 : widthOf(row[column] ?? "")))),
  );
  return cells.map((row, n) => {
    const shown = row.map((cell, column) => {
      const width = widths[column] ?? 3;
      return n === 1 ? delimiter(cell, width) : cell + " ".repeat(width - widthOf(cell));
    });
    return `| ${shown.join(" | ")} |`;
  });
}

const delimiter = (cell: string, width: number): string => {
  const [left, right] = [cell.startsWith(":"), cell.endsWith(":")];
  return `${left ? ":" : ""}${"-".repeat(width - Number(left) - Number(right))}${right ? ":" : ""}`;
};

/** As GitHub divides a row: a backslash takes what follows it along, in code too. */
function cellsOf(row: string): string[] {
  const inner = row.trim().slice(1, -1);
  return [...inner.matchAll(/((?:\\[^]|[^|\\]|\\$)*)(?:\||$)/g)]
    .filter(({ index }, n) => n === 0 || index < inner.length || inner.endsWith("|"))
    .map(([, cell = ""]) => cell.trim());
}

const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|[\u3000-\u303F\uFF00-\uFF60]|\p{Emoji_Presentation}/u;

/** Columns of a monospaced font: two for a wide character, none for a mark that stands on another. */
const widthOf = (text: string): number =>
  [...text].reduce((width, char) => width + (/\p{M}/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1), 0);
