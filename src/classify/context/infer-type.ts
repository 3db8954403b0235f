import { byFunction } from "../../pg/by-function.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { ContextType } from "../../pg/context.ts";
import { nameKey } from "../../pg/name.ts";
import type { ClassifiedPolicy, PolicyRead } from "../classify.ts";
import type { FunctionFacts } from "../functions/index.ts";

/**
 * The type that policies give a variable: from casts, otherwise from the columns that it is compared with, otherwise
 * from the result type of its reader; text where none of them gives a type.
 */
export function typeOf(
  setting: string,
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  facts: readonly FunctionFacts[],
): { type: ContextType; separator: string | null } {
  const reads = classified.flatMap((policy) =>
    policy.reads.flatMap((read) => (read.setting === setting && !read.presence ? [{ policy, read }] : [])),
  );
  const separator = reads.map(({ read }) => read.separator).find((one) => one !== null) ?? null;
  const cast = mostFrequent(reads.map(({ read }) => contextType(read.cast)));
  if (cast) return { type: listed(cast, separator), separator };
  const column = mostFrequent(reads.map(({ policy, read }) => columnType(catalog, policy, read)));
  if (column) return { type: listed(column, separator), separator };
  const factsOf = byFunction(facts);
  const readers = new Set(reads.flatMap(({ read }) => read.through.at(-1) ?? []));
  const returned = mostFrequent(
    catalog.functions.map((fn) => {
      const fact = factsOf(fn);
      const only = fact?.reads.length === 1 && fact.claims.length <= 1 && fact.tables.length === 0;
      // The result of a boolean function is the outcome of a test, not the variable.
      return only && readers.has(nameKey(fn)) && fn.result !== "boolean" ? contextType(fn.result) : null;
    }),
  );
  if (returned) return { type: listed(returned, separator), separator };
  if (reads.length > 0 && reads.every(({ read }) => read.asFlag)) return { type: "boolean", separator };
  return { type: listed("text", separator), separator };
}

const listed = (type: ContextType, separator: string | null): ContextType => {
  if (separator === null || type.endsWith("[]")) return type;
  return type === "boolean" ? "text[]" : (`${type}[]` as ContextType);
};

const KNOWN: Record<string, ContextType> = {
  uuid: "uuid",
  text: "text",
  integer: "integer",
  smallint: "integer",
  bigint: "bigint",
  boolean: "boolean",
  "uuid[]": "uuid[]",
  "text[]": "text[]",
  "integer[]": "integer[]",
  "bigint[]": "bigint[]",
};

export const contextType = (type: string | null): ContextType | null => (type === null ? null : (KNOWN[type] ?? null));

function columnType(catalog: Catalog, policy: ClassifiedPolicy, read: PolicyRead): ContextType | null {
  if (read.column === null) return null;
  const names = [{ schema: policy.policy.schema, name: policy.policy.relation }, ...policy.relations];
  for (const name of names) {
    const relation = catalog.relations.find((one) => one.schema === name.schema && one.name === name.name);
    const column = relation?.columns.find((one) => one.name === read.column);
    if (column) return contextType(column.type);
  }
  return null;
}

function mostFrequent<T>(values: readonly (T | null)[]): T | null {
  const counts = new Map<T, number>();
  for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
