/**
 * Characters that a terminal, a browser or an editor obeys instead of showing them: controls (ESC begins the sequences
 * that set the title, clear the screen or write the clipboard), the marks and overrides that change the direction of
 * text (Unicode TR 9), and separators of lines and paragraphs. Tab and line feed are not among them.
 */
const OBEYED = /[^\P{Cc}\n\t]|[\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]|\p{Cs}/gu;

/** The text with such characters as escapes: `\x1b`, `\u202e`. Inside JSON, too, these mean the same character. */
export const visible = (text: string): string => text.replaceAll(OBEYED, escapeOf);

function escapeOf(character: string): string {
  const hex = character.charCodeAt(0).toString(16);
  return character < " " ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

/** The text on one line. */
export const oneLine = (text: string): string => visible(text.replaceAll("\r\n", "\\n").replaceAll("\n", "\\n"));

/** Fields whose value is SQL, in which lines have a meaning. */
const SQL = new Set(["statements", "rows", "definition", "sql", "up", "down", "body", "using", "check", "source"]);

/**
 * A report in which every text except SQL is on one line, so that a name or a comment with a line break cannot pass for
 * a line of the report.
 */
export function singleLined<Value>(value: Value): Value {
  if (typeof value === "string") return oneLine(value) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => singleLined(item)) as Value;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SQL.has(key) ? item : singleLined(item)]),
  ) as Value;
}

/**
 * The text of a cell of a Markdown table or of a line: it has no line break, and outside of code spans no markup of HTML
 * and no link. Inside of code spans Markdown shows everything as it is.
 */
export const markdownText = (text: string): string =>
  oneLine(text)
    .split(/((`+)(?:(?!\2)[\s\S])*?\2(?!`))/)
    .flatMap((part, index) => (index % 3 === 0 ? [outsideCode(part)] : index % 3 === 1 ? [part] : []))
    .join("")
    .replaceAll("|", "\\|");

const outsideCode = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[[\]`]/g, "\\$&");
