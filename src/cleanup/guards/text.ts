/** A part of a text that goes, or is replaced. */
export interface Cut {
  start: number;
  end: number;
  text?: string;
}

export const lineStart = (text: string, at: number): number => text.lastIndexOf("\n", at - 1) + 1;

/** Behind the line break. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf("\n", at);
  return found === -1 ? text.length : found + 1;
}

export const firstLine = (text: string): string => (text.trim().split("\n")[0] ?? "").trim();

/** A line by its number, without the line break. */
export const lineText = (text: string, line: number): string => text.split("\n")[line - 1] ?? "";

/** Apply cuts; those inside of others are left out. */
export function cutFrom(text: string, cuts: readonly Cut[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, text: put = "" } of joined(text, cuts)) {
    if (start < at) {
      if (end > at) at = end;
      continue;
    }
    result += text.slice(at, start) + put;
    at = end;
  }
  return result + text.slice(at);
}

/** Lines that go together leave no blank line of their own. */
function joined(text: string, cuts: readonly Cut[]): Cut[] {
  const result: Cut[] = [];
  for (const cut of cuts.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    const isLines = (one: Cut): boolean =>
      one.text === undefined && lineStart(text, one.start) === one.start && text[one.end - 1] === "\n";
    if (last && last.end === cut.start && isLines(last) && isLines(cut))
      result.splice(-1, 1, withBlankLine(text, last.start, cut.end));
    else result.push(cut);
  }
  return result;
}

/** Whole lines with the blank line that would be left over. */
export function withBlankLine(text: string, start: number, end: number): Cut {
  const above = text.slice(0, start);
  const isBlankAbove = above === "" || /(?:^|\n)[ \t]*\r?\n$/.test(above);
  const below = /^[ \t]*\r?\n/.exec(text.slice(end));
  if (isBlankAbove && below) return { start, end: end + below[0].length };
  if (isBlankAbove && above !== "" && text.slice(end).trim() === "")
    return { start: above.replace(/[ \t]*\r?\n$/, "").length, end };
  return { start, end };
}
