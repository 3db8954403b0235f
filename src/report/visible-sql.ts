import type { ScanToken } from "libpg-query";
import { scanAll } from "../pg/expr/parse.ts";
import { isObeyed, visible } from "./visible.ts";

/**
 * SQL as text for a terminal that PostgreSQL still reads as the same statement: an identifier, literal or dollar-quoted
 * text with a character that a terminal would obey is written with escapes (`U&"a\001B"`, `E'a\u001B'`; manual, 4.1.1
 * and 4.1.2), as are line breaks and tabs in identifiers and literals. In comments, and in a text that is not SQL, such
 * characters are only made visible.
 */
export function visibleSql(sql: string): string {
  if (!isObeyed(sql) && !BROKEN_QUOTE.test(sql)) return sql;
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
    out.push(visible(source.subarray(at, start).toString("utf8")), escaped(text));
    at = end;
  }
  return [...out, visible(source.subarray(at).toString("utf8"))].join("");
}

/** A quote with a line break or a tab somewhere behind it: only then the text has to be scanned. */
const BROKEN_QUOTE = /["'][^"']*[\n\t]/;

function escaped(token: string): string {
  const needed = isObeyed(token);
  if (/^u&["']/i.test(token)) return needed || BREAK.test(token) ? token.replaceAll(/[\s\S]/gu, codePoint) : token;
  if (token.startsWith('"') && (needed || BREAK.test(token)))
    return `U&${token.replaceAll("\\", "\\\\").replaceAll(/[\s\S]/gu, codePoint)}`;
  if (token.startsWith("'") && (needed || BREAK.test(token))) return literal(token, /'(?:''|[^'])*'/g, doubled);
  if (/^e'/i.test(token))
    return token.replaceAll(/'(?:\\[\s\S]|''|[^'\\])*'/g, (part) => part.replaceAll(PAIRS, inLiteral));
  const dollar = /^(\$[^$]*\$)([\s\S]*)\1$/.exec(token);
  if (dollar && needed) return literal(`'${(dollar[2] ?? "").replaceAll("'", "''")}'`, /[\s\S]+/g, doubled);
  return visible(token);
}

const BREAK = /[\n\t]/;

/** A literal as one with E. Its parts are separate where a line break joins several to one literal. */
const literal = (token: string, parts: RegExp, inner: (part: string) => string): string =>
  `E${token.replaceAll(parts, (part) => inner(part).replaceAll(PAIRS, inLiteral))}`;

const doubled = (part: string): string => part.replaceAll("\\", "\\\\");

/** The characters of a literal with E, each with the backslash before it. */
const PAIRS = /\\?[\s\S]/gu;

const hidden = (character: string): boolean => BREAK.test(character) || isObeyed(character);

const hex = (character: string, digits: number): string =>
  (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(digits, "0");

/** `\001B` or `\+0E0001`, in an identifier with U&. */
function codePoint(character: string): string {
  if (!hidden(character)) return character;
  return character.length > 1 ? `\\+${hex(character, 6)}` : `\\${hex(character, 4)}`;
}

/** `\u001B`, in a literal with E. A backslash before such a character has no meaning there. */
function inLiteral(pair: string): string {
  const character = pair.length > 1 && pair.startsWith("\\") ? pair.slice(1) : pair;
  if (!hidden(character)) return pair;
  if (BREAK.test(character)) return character === "\n" ? "\\n" : "\\t";
  return character.length > 1 ? `\\U${hex(character, 8)}` : `\\u${hex(character, 4)}`;
}
