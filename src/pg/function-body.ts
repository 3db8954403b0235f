import type { PgFunction } from "./catalog.ts";

/** The definition of a function with another body between its dollar quotes; null where its body is not found in it. */
export function withBody({ definition, body: old }: PgFunction, body: string): string | null {
  const at = definition.lastIndexOf(old);
  return at < 0 ? null : definition.slice(0, at) + body + definition.slice(at + old.length);
}

/** The SQL-standard body in a definition as pg_get_functiondef prints it: everything to the end of the text. */
export const standardBodyIn = (definition: string): string =>
  /\b(?:RETURN\b|BEGIN ATOMIC\b)[^]*$/i.exec(definition)?.[0] ?? "";
