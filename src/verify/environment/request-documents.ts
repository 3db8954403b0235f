import type { Catalog } from "../../pg/catalog.ts";
import { isPlatformFunction, isPlatformRelation } from "../../pg/platform-objects.ts";

/** A setting in which PostgREST hands on what the client has sent, as a JSON object. */
export type RequestDocument = "request.headers" | "request.cookies";

/** A document that something reads, with the keys and the values that may be asked of it. */
export interface DocumentRead {
  setting: RequestDocument;
  /** constants that may name a header or a cookie, in lower case as PostgREST hands them on */
  keys: readonly string[];
  /** constants that such a value may be compared with */
  values: readonly string[];
}

const DOCUMENTS: readonly RequestDocument[] = ["request.headers", "request.cookies"];

export const isDocument = (setting: string): setting is RequestDocument =>
  DOCUMENTS.some((document) => document === setting);

/** The largest numbers of keys and of values that are tried for a document. */
const MOST_KEYS = 6;
const MOST_VALUES = 6;

const LITERAL = /'((?:[^']|'')*)'/g;

/**
 * The documents that policies, functions, triggers, column defaults and generation expressions read, themselves or
 * through functions: a helper takes the name of the header as an argument, so a constant beside its call may be that
 * name. PostgREST fills them from the request (its manual, "Transaction-Scoped Settings"), so a client decides them.
 * The texts are only searched, as in `settingsRead`, and so are `more`.
 */
export function documentsRead(catalog: Catalog, more: readonly string[] = []): DocumentRead[] {
  return DOCUMENTS.flatMap((setting) => {
    const statements = statementsReading(catalog, more, setting);
    if (statements.length === 0) return [];
    const keys = new Set<string>();
    const values = new Set<string>();
    for (const statement of statements)
      for (const [, literal = ""] of statement.matchAll(LITERAL)) {
        const text = literal.replaceAll("''", "'");
        if (text === "" || text.length > 60 || text === setting) continue;
        // the name of a header is a token (RFC 9110, 5.1), and so is that of a cookie (RFC 6265, 4.1.1)
        if (/^[\w!#$%&*+.^`|~-]+$/.test(text) && keys.size < MOST_KEYS) keys.add(keyOf(setting, text));
        if (values.size < MOST_VALUES) values.add(text);
      }
    return [{ setting, keys: [...keys], values: [...values] }];
  });
}

/** PostgREST lowers the names of headers, and leaves those of cookies as they are. */
const keyOf = (setting: RequestDocument, text: string): string =>
  setting === "request.headers" ? text.toLowerCase() : text;

/** Statements that read the setting, or call a function that does. */
function statementsReading(catalog: Catalog, more: readonly string[], setting: RequestDocument): string[] {
  const all = [...textsOf(catalog), ...more.map((text) => ({ owner: null, text }))];
  const texts = all.flatMap(({ owner, text }) => text.split(";").map((statement) => ({ owner, statement })));
  const found = texts.filter(({ statement }) => statement.toLowerCase().includes(`'${setting}'`));
  const readers = new Set(found.flatMap(({ owner }) => (owner === null ? [] : [owner])));
  const reading = new Set(found.map(({ statement }) => statement));
  for (const reader of readers)
    for (const { owner, statement } of texts)
      if (calls(statement, reader)) {
        reading.add(statement);
        if (owner !== null) readers.add(owner);
      }
  return [...reading];
}

/** True if a text may call a function of this name: the schema is left out, since the text may leave it out. */
const calls = (text: string, name: string): boolean =>
  new RegExp(`(?<![\\w$])"?${name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}"?\\s*\\(`).test(text);

/** Every text that PostgreSQL evaluates; `owner`: the name of the function whose body it is. */
function* textsOf(catalog: Catalog): Generator<{
  owner: string | null;
  text: string;
}> {
  const { policies, functions, relations, triggers } = catalog;
  for (const { using, check } of policies) yield { owner: null, text: `${using ?? ""};${check ?? ""}` };
  for (const one of functions) if (!isPlatformFunction(catalog, one)) yield { owner: one.name, text: one.body };
  for (const one of relations)
    if (!isPlatformRelation(catalog, one)) {
      for (const { expression } of one.columns) yield { owner: null, text: expression ?? "" };
    }
  for (const one of triggers) if (!isPlatformRelation(catalog, one)) yield { owner: null, text: one.definition };
}
