import type { ScanToken } from "libpg-query";
import { scanAll } from "../pg/expr/parse.ts";
import { isObeyed, visible } from "./visible.ts";

/**
 * SQL that PostgreSQL reads as the same statements, for terminals and for files: an identifier, literal or dollar-quoted
 * text with a character that a terminal or an editor would obey is written with escapes (`U&"a\001B"`, `E'a\u001B'`;
 * manual, 4.1.1 and 4.1.2), an identifier also where it holds a line break. In comments, and in a text that is not SQL,
 * such characters are only made visible.
 */
export function visibleSql(sql: string): string {
  if (!isHidden(sql) && !MARK.test(sql) && !ODD_QUOTES.test(sql) && !TAB_IN_QUOTES.test(sql)) return sql;
  let tokens: ScanToken[];
  try {
    tokens = scanAll(sql);
  } catch {
    return visible(sql);
  }
  const source = Buffer.from(sql, "utf8");
  const out: string[] = [];
  let at = 0;
  for (const { start, end } of tokens) {
    const text = source.subarray(start, end).toString("utf8");
    out.push(source.subarray(at, start).toString("utf8"), escaped(text));
    at = end;
  }
  return [...out, source.subarray(at).toString("utf8")].join("");
}

/** A line end of Windows is hidden from nobody. */
const isHidden = (text: string): boolean => isObeyed(text.replaceAll("\r\n", "\n"));

/** A line that a migration tool reads as its own wherever it stands: goose, dbmate, tern. */
const MARK = /^\s*--\s*(?:\+goose|migrate:|-- create above)/im;

/** A line with an odd number of double quotes, as one in which an identifier with a line break begins. */
const ODD_QUOTES = /^[^"\n]*"(?:[^"\n]*"[^"\n]*")*[^"\n]*$/m;
const TAB_IN_QUOTES = /"[^"\n]*\t[^"\n]*"/;

function escaped(token: string): string {
  const identifier = /^(?:u&)?"/i.test(token);
  if (!isHidden(token) && !MARK.test(token) && !(identifier && BREAK.test(token))) return token;
  if (/^u&/i.test(token)) return token.replaceAll(/[\s\S]/gu, codePoint);
  if (identifier) return `U&${token.replaceAll("\\", "\\\\").replaceAll(/[\s\S]/gu, codePoint)}`;
  if (token.startsWith("'")) return literal(token, /'(?:''|[^'])*'/g, doubled);
  if (/^e'/i.test(token))
    return token.replaceAll(/'(?:\\[\s\S]|''|[^'\\])*'/g, (part) => part.replaceAll(PAIRS, inLiteral));
  const dollar = /^(\$[^$]*\$)([\s\S]*)\1$/.exec(token);
  if (dollar) return literal(`'${(dollar[2] ?? "").replaceAll("'", "''")}'`, /[\s\S]+/g, doubled);
  return visible(token);
}

const BREAK = /[\n\t]/;

/** A literal as one with E. Its parts are separate where a line break joins several to one literal. */
const literal = (token: string, parts: RegExp, inner: (part: string) => string): string =>
  `E${token.replaceAll(parts, (part) => inner(part).replaceAll(PAIRS, inLiteral))}`;

const doubled = (part: string): string => part.replaceAll("\\", "\\\\");

/** The characters of a literal with E, each with the backslash before it. */
const PAIRS = /\\?[\s\S]/gu;

const needsEscape = (character: string): boolean => BREAK.test(character) || isObeyed(character);

const hex = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(digits, "0");

/** `\001B` or `\+0E0001`, in an identifier with U&. */
function codePoint(character: string): string {
  if (!needsEscape(character)) return character;
  return character.length > 1 ? `\\+${hex(character, 6)}` : `\\${hex(character, 4)}`;
}

/** `\u001B`, in a literal with E. A backslash before such a character has no meaning there. */
function inLiteral(pair: string): string {
  const character = pair.length > 1 && pair.startsWith("\\") ? pair.slice(1) : pair;
  if (!needsEscape(character)) return pair;
  if (BREAK.test(character)) return character === "\n" ? "\\n" : "\\t";
  return character.length > 1 ? `\\U${hex(character, 8)}` : `\\u${hex(character, 4)}`;
}
