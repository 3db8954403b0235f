import { visible } from "../visible.ts";

declare const escaped: unique symbol;

/** Markup. It is made by `markup` alone, which escapes what it is given. */
export interface Html {
  readonly [escaped]: true;
  readonly text: string;
}

/** What may stand in a template; an array stands one after the other, and null or false for nothing. */
export type Part = string | number | Html | null | false | readonly Part[];

/**
 * A template of HTML. Every text that is put into it is escaped, also between the quotes of an attribute, so that a name
 * of the database is shown and never read as markup; a character that a browser would obey is shown as its escape. (A tag
 * of the name `html` would let the formatter put white space into templates, also where it has a meaning.)
 */
export function markup(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = texts[0] ?? "";
  for (const [place, part] of parts.entries()) text += textOf(part) + (texts[place + 1] ?? "");
  return made(text);
}

/**
 * Text of rlsmith's own as markup, for what has no escapes: a style sheet and a script. Throws Error where it would end
 * the element that it stands in.
 */
export function ownText(text: string): Html {
  if (/<\/|<!--/.test(text)) throw new Error("a style sheet or a script may not hold the end of its element");
  return made(text);
}

const made = (text: string): Html => ({ text }) as Html; // the brand has no value

function textOf(part: Part): string {
  if (part === null || part === false) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return String(part);
  return isList(part) ? part.map(textOf).join("") : part.text;
}

const isList = (part: Html | readonly Part[]): part is readonly Part[] => Array.isArray(part);

/**
 * The text as HTML shows it, in an element or between the double quotes of an attribute: templates have no other, so that
 * a single quote, which SQL is full of, stays as it is.
 */
const escapeText = (text: string): string => visible(text).replaceAll(/[&<>"]/g, (one) => ENTITIES[one] ?? one);

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
