import type { Catalog, PgFunction } from "../pg/catalog.ts";
import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";
import { nameParts } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { nameKey } from "../pg/name.ts";
import { isTokenFunction } from "./encode/platform.ts";
import { readsArgumentsOnly } from "./pure.ts";

// What stands before a bracket without being a function.
const WORDS = new Set(
  (
    "all and any array as between bit by case cast char character coalesce decimal distinct each else elsif end exists " +
    "extract filter float for from greatest group having if in interval into is join lateral least like limit not " +
    "nullif numeric offset on or order over partition perform raise return returning row rows select set some then " +
    "time timestamp timestamptz union unique using values varchar varying trim current_timestamp when where while with within using exception assert"
  ).split(" "),
);

/**
 * What a function gives may hang on anything in the database: it is not written in SQL or PL/pgSQL, runs dynamic SQL,
 * or calls a function of which nothing is known.
 */
export function readsAnything(catalog: Catalog, fn: PgFunction): boolean {
  if (fn.language === "plpgsql") return /\bexecute\b/i.test(fn.body) || callsUnknown(catalog, callsInText(fn.body));
  if (fn.language !== "sql") return true;
  try {
    const calls: string[][] = [];
    walk(parseStatements(fn.body), (node) => {
      const name = as("FuncCall", node)?.funcname;
      if (name) calls.push(nameParts(name));
    });
    return callsUnknown(catalog, calls);
  } catch {
    return callsUnknown(catalog, callsInText(fn.body));
  }
}

// by catalog: it is asked for each of its functions
const ownNames = new WeakMap<Catalog, ReadonlySet<string>>();

function namesOf(catalog: Catalog): ReadonlySet<string> {
  const known = ownNames.get(catalog) ?? new Set(catalog.functions.flatMap((fn) => [fn.name, nameKey(fn)]));
  ownNames.set(catalog, known);
  return known;
}

/** The same of an expression or query. */
export const expressionReadsAnything = (catalog: Catalog, text: string): boolean =>
  callsUnknown(catalog, callsInText(text));

const callsUnknown = (catalog: Catalog, calls: readonly string[][]): boolean => {
  const own = namesOf(catalog);
  return calls.some((parts) => {
    const [name = "", schema] = parts.toReversed();
    if (schema === undefined || schema === "pg_catalog") return !readsArgumentsOnly(name) && !own.has(name);
    const called = { schema, name };
    return !own.has(nameKey(called)) && !isTokenFunction(called);
  });
};

/** Names before a bracket; string literals count too, which may run as SQL. */
const callsInText = (text: string): string[][] =>
  [...text.matchAll(/((?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*)(?:\s*\.\s*(?:"[^"]+"|[\p{L}_][\p{L}\p{N}_$]*))*)\s*\(/gu)]
    .map(([, name = ""]) =>
      name
        .split(".")
        .map((part) => (part.trim().startsWith('"') ? part.trim().slice(1, -1) : part.trim().toLowerCase())),
    )
    .filter((parts) => parts.length > 1 || !WORDS.has(parts[0] ?? ""));
