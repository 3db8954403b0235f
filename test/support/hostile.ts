import { expect } from "vitest";

/** A line that a reader would take for rlsmith's own. */
export const FORGED = "✓ held";

/**
 * What a name may hold to be obeyed instead of shown: a line that passes for one of the report, an overwritten line, a
 * colour, the title of the window, an 8-bit control, reversed text, an invisible letter, and markup of every format.
 */
export const PAYLOAD = `\n${FORGED}\r\t\u001B[31m\u001B]0;t\u0007\u009B\u202E\u2066\u200B<script>]]>|\`"'&`;

/** A name of at most 63 bytes, the length of a PostgreSQL identifier. */
export const hostile = (prefix: string): string => prefix + PAYLOAD;

/** The characters that no output may hold. Line feeds separate lines; tabs indent the SQL of a user only. */
const ACTING = /[^\P{Cc}\n]|[\p{Cs}\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]|[\u{E0000}-\u{E007F}]/u;

/** Nothing in the text acts on a terminal or an editor, and no line is forged. */
export function expectHarmless(text: string): void {
  expect(text).not.toMatch(ACTING);
  expect(text.split("\n").filter((line) => line.trimStart().startsWith(FORGED))).toEqual([]);
}

/** JSON that keeps the names as they are. */
export function expectJson(text: string): void {
  expectHarmless(text);
  // in a quoted identifier, a double quote is doubled
  const [start = ""] = PAYLOAD.split('"');
  expect(JSON.stringify(JSON.parse(text))).toContain(JSON.stringify(start).slice(1, -1));
}

/** Markdown of which nothing is markup of HTML outside of code, and whose tables have a cell for each column in each row. */
export function expectMarkdown(text: string): void {
  expectHarmless(text);
  let fence: string | null = null;
  let columns: number | null = null;
  for (const line of text.split("\n")) {
    const [, ticks] = /^(`{3,})/.exec(line) ?? [];
    if (fence !== null) {
      if (line === fence) fence = null;
      continue;
    }
    if (ticks !== undefined) {
      fence = ticks;
      continue;
    }
    // GitHub's tables are split at each `|` without a backslash before it, in code spans as well
    const cells = line.startsWith("|") ? line.replaceAll("\\|", "").split("|").length : null;
    if (cells !== null) expect([line, cells]).toEqual([line, columns ?? cells]);
    columns = cells;
    const outside = line.replaceAll(/\\[`[\]]/g, "").replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, "");
    expect(outside).not.toMatch(/<\/?[a-z!]/i);
    expect(outside).not.toContain("`");
  }
  expect(fence).toBeNull();
}
