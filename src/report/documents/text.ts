import { identForReading } from "../../pg/identifier.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import { codeSpan, markdownText, oneLine } from "../visible.ts";

/**
 * A name or a piece of SQL as code, in a table and outside of one. A pipe ends a cell in code too, and the text of a marker
 * would be taken for one, so such a text is shown with the references of HTML.
 */
export function code(text: string): string {
  const shown = oneLine(text);
  return /\||<!--|\{\/\*/.test(shown) ? `<code>${references(shown)}</code>` : codeSpan(shown);
}

const references = (text: string): string =>
  text.replaceAll(/[^\p{L}\p{N} .,:()=_-]|_/gu, (char) => `&#${char.codePointAt(0)};`);

/** What people wrote: a reason, a note. It has no effect as Markdown, but for its own pieces of code. */
export const prose = (text: string): string =>
  markdownText(text)
    .split(/(`+[^`]*`+)/)
    .map((part, n) => (n % 2 === 1 ? part : part.replaceAll(/[*_~]/g, String.raw`\$&`)))
    .join("")
    .replaceAll("rlsmith:", "rlsmith&#58;");

/** Names of relations and functions without their schema, where all of a project are in one. */
export type Shown = (name: QualifiedName) => string;

export function shownIn(names: readonly QualifiedName[]): Shown {
  const schemas = new Set(names.map(({ schema }) => schema));
  return (name) => code(schemas.size === 1 && schemas.has(name.schema) ? identForReading(name.name) : nameKey(name));
}

/** `a, b and c`. */
export function listed(words: readonly string[], joint = "and"): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} ${joint} ${last}`;
}

/** Roles in words: `public` is everybody, and then the others go without saying. */
export const rolesWords = (roles: readonly string[]): string =>
  roles.includes("public") ? "everybody" : listed(roles.map(code));
