/**
 * Quote an identifier for SQL. Identifiers are quoted here and nowhere else. It always quotes, so no list of reserved
 * words can be out of date.
 */
export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/**
 * An identifier as a person would write it: quoted only where Postgres would fold or reject it. For output that people
 * read.
 */
export const identForReading = (name: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(name) && !RESERVED.has(name) ? name : quoteIdent(name);

/** Quote a string literal for SQL; the result is safe with standard_conforming_strings off, too. */
export const quoteLiteral = (text: string): string =>
  `${text.includes("\\") ? "E" : ""}'${text.replaceAll("'", "''").replaceAll("\\", "\\\\")}'`;

/** A dollar-quoted literal whose tag does not occur in the text. An empty tag, `$$`, is used where the text has no `$$`. */
export function dollarQuote(text: string, tag = "rlsmith"): string {
  let name = tag;
  // A text that ends in `$a` would join the closing delimiter, so the tag must not occur across that boundary either. A
  // tag is an identifier, which does not begin with a digit (PostgreSQL manual, 4.1.2.4).
  for (let n = 1; `${text}$`.includes(`$${name}$`); n += 1) name = `${tag === "" ? "body" : tag}${n}`;
  return `$${name}$${text}$${name}$`;
}

/** A role in a TO or GRANT clause: PUBLIC is a key word, not an identifier. */
export const quoteRole = (role: string): string => (role === "public" ? "PUBLIC" : quoteIdent(role));

// Reserved words of PostgreSQL 18 (manual, appendix C) that cannot be used unquoted as a column or table name.
const RESERVED = new Set(
  (
    "all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column concurrently " +
    "constraint create cross current_catalog current_date current_role current_schema current_time current_timestamp current_user default " +
    "deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having ilike in initially inner " +
    "intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or " +
    "order outer overlaps placing primary references returning right select session_user similar some symmetric system_user table tablesample then to " +
    "trailing true union unique user using variadic verbose when where window with"
  ).split(" "),
);
