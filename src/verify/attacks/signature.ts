import type { PgFunction, UserType } from "../../pg/catalog.ts";
import { namedBy } from "../../pg/name.ts";

/** An argument that a call passes in. */
export interface Input {
  /** empty where it has none */
  name: string;
  variadic: boolean;
}

/**
 * The arguments that a call passes in, in the order of `argumentTypes`; the names are those of all arguments, output
 * arguments included.
 */
export function inputsOf(fn: PgFunction): Input[] {
  const inputs = split(fn.arguments).flatMap((text, place): Input[] =>
    text.startsWith("OUT ") ? [] : [{ name: fn.argumentNames[place] ?? "", variadic: text.startsWith("VARIADIC ") }],
  );
  // if the text does not parse as expected, the order of the types is the better source
  return inputs.length === fn.argumentTypes.length
    ? inputs
    : fn.argumentTypes.map((_, place) => ({ name: fn.argumentNames[place] ?? "", variadic: false }));
}

/** The arguments that a call returns values of, in the order of the signature, with their types. */
export function outputsOf(fn: PgFunction): { name: string; type: string; alsoInput: boolean }[] {
  const parts = split(fn.arguments);
  return parts.flatMap((text, place) => {
    const [, mode, rest = ""] = /^(OUT|INOUT) ([\s\S]*)$/.exec(text) ?? [];
    if (mode === undefined) return [];
    // the name is left out where there is none, and printed as PostgreSQL quotes it
    const type = /^(?:"(?:[^"]|"")*"|\S+) ([\s\S]+)$/.exec(rest)?.[1] ?? rest;
    return [
      { name: fn.argumentNames[place] ?? "", type: type.replace(/ DEFAULT [\s\S]*$/, ""), alsoInput: mode === "INOUT" },
    ];
  });
}

/** Split at commas outside brackets and quotes: a DEFAULT may hold any. */
function split(text: string): string[] {
  const parts: string[] = [];
  let [depth, part] = [0, ""];
  for (const [token] of text.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[\s\S]/g)) {
    if (token === "," && depth === 0) {
      parts.push(part.trim());
      part = "";
      continue;
    }
    if (/^[([]$/.test(token)) depth += 1;
    if (/^[)\]]$/.test(token)) depth -= 1;
    part += token;
  }
  return part.trim() === "" ? parts : [...parts, part.trim()];
}

/** A value that a type accepts; null if none is known. */
export function plain(type: string, types: readonly UserType[]): unknown {
  if (type.endsWith("[]")) return "{}";
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return "1";
  if (type === "boolean") return "true";
  if (type === "uuid") return "0badf00d-0000-4000-8000-00000badf00d";
  if (/^(text|character varying|character|name|citext)/.test(type)) return "x";
  if (/^(date|timestamp)/.test(type)) return "2025-06-01 12:00:00";
  if (type.startsWith("time")) return "12:00:00";
  if (type === "interval") return "1 day";
  if (type === "jsonb" || type === "json") return "{}";
  const own = namedBy(type, types);
  return own?.kind === "enum" ? (own.labels[0] ?? null) : own ? plain(own.base, types) : null;
}
