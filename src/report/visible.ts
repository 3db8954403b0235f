/**
 * Characters that a terminal, a browser or an editor obeys instead of showing them: controls (ESC begins the sequences
 * that set the title, clear the screen or write the clipboard), the marks and overrides that change the direction of
 * text (Unicode TR 9), separators of lines and paragraphs, and characters without a width, which make two names look the
 * same (Default_Ignorable_Code_Point of Unicode, except the selectors that choose between forms of an emoji). Tab and line
 * feed are not among them.
 */
const OBEYED = /[^\P{Cc}\n\t]|[\u2028\u2029\uFFF9-\uFFFB]|(?![\uFE00-\uFE0F])\p{Default_Ignorable_Code_Point}|\p{Cs}/gu;

/** The text with such characters as escapes: `\x1b`, `\u202e`. Inside JSON, too, these mean the same character. */
export const visible = (text: string): string => text.replaceAll(OBEYED, escapeOf);

/** True if the text holds a character that `visible` replaces. */
export const isObeyed = (text: string): boolean => visible(text) !== text;

function escapeOf(character: string): string {
  if (character < " ") return `\\x${hexOf(character, 0, 2)}`;
  return Array.from({ length: character.length }, (_, unit) => `\\u${hexOf(character, unit, 4)}`).join("");
}

const hexOf = (text: string, unit: number, digits: number): string =>
  text.charCodeAt(unit).toString(16).padStart(digits, "0");

/** The text on one line, without tabs, which would move the columns of a table. */
export const oneLine = (text: string): string =>
  visible(text.replaceAll("\r\n", "\\n").replaceAll("\n", "\\n").replaceAll("\t", "\\t"));

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

/** A code span; its delimiter is longer than any run of backticks in it. */
export function codeSpan(text: string): string {
  const longest = longestRun(text);
  const ticks = "`".repeat(longest + 1);
  return longest === 0 ? `${ticks}${text}${ticks}` : `${ticks} ${text} ${ticks}`;
}

/** Lines in a fence that is longer than any run of backticks in them. */
export function fenced(lines: readonly string[], language = ""): string[] {
  const text = lines.join("\n");
  const fence = "`".repeat(Math.max(2, longestRun(text)) + 1);
  return [`${fence}${language}`, visible(text), fence];
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));

// A backslash of the text would take the effect of the escape, or of the code span, that follows it.
const outsideCode = (text: string): string =>
  text
    .replaceAll(/\\(?=[!-/:-@[-`{-~]|$)/g, "\\\\")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[[\]`]/g, "\\$&");
