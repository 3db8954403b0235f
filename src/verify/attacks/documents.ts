import type { PgFunction } from "../../pg/catalog.ts";
import type { Target } from "../environment/index.ts";
import { VICTIM } from "../personas/index.ts";
import type { ArgumentSource } from "./arguments.ts";
import { foreignRow } from "./rows.ts";

type Json = string | number | Json[] | { [key: string]: Json };

/** A chain of reads, such as `-> 'meta' ->> 'org_id'`, and one of its keys. */
const CHAIN = /(?:->>?\s*'(?:[^']|'')+'\s*)+/g;
const KEY = /->>?\s*'((?:[^']|'')+)'/g;
/** The columns of `jsonb_to_record(set)(…) as r(org_id uuid, …)`. */
const RECORD = /\bas\s+\w+\s*\(([^()]*)\)/gi;
const ELEMENTS = /jsonb?_array_elements(?:_text)?\s*\([^()]*?((?:->\s*'(?:[^']|'')+'\s*)+)\)/gi;

/**
 * Documents with every key that the body of a function reads, at the depth at which it reads it: with the values of
 * another tenant where a key is called like the tenant or like a column of the tables behind. The texts are only
 * searched, since a document that is tried in vain costs a statement and decides nothing.
 */
export function documentsOf(fn: PgFunction, tables: readonly Target[], source: ArgumentSource): Json[] {
  const chains = [...fn.body.matchAll(CHAIN)].map(([chain]) => keysOf(chain));
  const columns = [...fn.body.matchAll(RECORD)].flatMap(([, list = ""]) =>
    list.split(",").flatMap((one) => /^\s*"?(\w+)"?\s+\w/.exec(one)?.[1] ?? []),
  );
  const lists = [...fn.body.matchAll(ELEMENTS)].map(([, chain = ""]) => keysOf(chain));
  if (chains.length === 0 && columns.length === 0) return [];
  const leaves = [...new Set([...chains.filter(({ length }) => length === 1).flat(), ...columns])];
  const value = (key: string): Json => valueFor(key, tables, source);
  const document: { [key: string]: Json } = Object.fromEntries(leaves.map((key) => [key, value(key)]));
  for (const path of chains) if (path.length > 1) place(document, path, value(path.at(-1) ?? ""));
  const item = Object.fromEntries(leaves.map((key) => [key, value(key)]));
  for (const path of lists) place(document, path, [item]);
  return lists.length > 0 || columns.length === 0 ? [document] : [document, [item]];
}

const keysOf = (chain: string): string[] => [...chain.matchAll(KEY)].map(([, key = ""]) => key.replaceAll("''", "'"));

function place(document: { [key: string]: Json }, path: readonly string[], value: Json): void {
  const [key = "", ...rest] = path;
  if (rest.length === 0) {
    document[key] = value;
    return;
  }
  const inner = document[key];
  const object = typeof inner === "object" && !Array.isArray(inner) ? inner : {};
  document[key] = object;
  place(object, rest, value);
}

function valueFor(key: string, tables: readonly Target[], { fixtures, context }: ArgumentSource): Json {
  const victim = fixtures.tenants.find(({ name }) => name === VICTIM);
  const variable = context.variables.find(
    ({ setting, claim }) => claim.at(-1) === key || setting.split(/[.:]/).at(-1) === key,
  );
  const tenant = variable && victim?.values[variable.setting];
  if (tenant !== undefined) return tenant;
  for (const target of tables) {
    const value = foreignRow(target)?.[key];
    if (typeof value === "string" || typeof value === "number") return value;
  }
  return /user|owner|member/.test(key) ? (victim?.users[0] ?? "1") : "1";
}
