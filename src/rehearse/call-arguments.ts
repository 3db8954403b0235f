import { baseType } from "../pg/base-type.ts";
import type { Catalog, PgFunction } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { namedBy } from "../pg/name.ts";
import type { Fixtures } from "../fixtures/index.ts";
import type { RehearsalPersona } from "./personas.ts";

/** The values of one call, as texts; null: NULL. */
export interface Arguments {
  whose: "its own" | "another tenant" | "nothing";
  values: (string | null)[];
}

interface Given {
  catalog: Catalog;
  context: ContextMap;
  fixtures: Fixtures;
  persona: RehearsalPersona;
}

/** Values for the arguments of a function: those of the persona's tenant, those of another one, and NULL for each. */
export function argumentsFor(fn: PgFunction, given: Given): Arguments[] {
  const { fixtures, persona } = given;
  const other = fixtures.tenants.find(({ name }) => name !== persona.tenant)?.name;
  const names = namesOf(fn);
  const values = (tenant: string): (string | null)[] =>
    fn.argumentTypes.map((type, n) => valueOf(names[n] ?? "", type, tenant, given));
  if (fn.argumentTypes.length === 0) return [{ whose: "its own", values: [] }];
  return [
    { whose: "its own", values: values(persona.tenant) },
    ...(other === undefined ? [] : [{ whose: "another tenant" as const, values: values(other) }]),
    { whose: "nothing", values: fn.argumentTypes.map(() => null) },
  ];
}

/** The names of the input arguments: OUT and TABLE columns come after them. */
const namesOf = (fn: PgFunction): string[] => fn.argumentNames.slice(0, fn.argumentTypes.length);

function valueOf(
  name: string,
  type: string,
  tenant: string,
  { catalog, context, fixtures, persona }: Given,
): string | null {
  const bare = name.toLowerCase().replace(/^_?(?:p|in|arg|a)_/, "");
  const member =
    persona.member?.tenant === tenant ? persona.member : fixtures.members.find((one) => one.tenant === tenant);
  for (const { setting } of context.variables) {
    const last = setting.split(".").at(-1) ?? "";
    const value = member?.values[setting];
    if (value !== undefined && (bare === last || bare === last.replace(/_id$/, ""))) return value;
  }
  const base = baseType(type, catalog.types);
  const relation = fixtures.filled.find(
    (table) => bare === `${table.relation}_id` || bare === `${table.relation.replace(/s$/, "")}_id`,
  );
  const key = relation?.primaryKey[0];
  const row = relation?.rows[tenant]?.[0];
  if (key !== undefined && row?.[key] !== null && row?.[key] !== undefined) return String(row[key]);
  // the value of a column of that name, of a row of the tenant
  const like = fixtures.filled.flatMap((table) => table.rows[tenant]?.[0]?.[bare] ?? [])[0];
  if (like !== undefined && like !== null && typeof like !== "object") return String(like);
  const labels = namedBy(type, catalog.types);
  if (labels?.kind === "enum") return labels.labels[0] ?? null;
  return plainValue(base);
}

function plainValue(type: string): string | null {
  if (type.endsWith("[]")) return "{}";
  if (/^(integer|bigint|smallint|numeric|real|double precision|money)/.test(type)) return "1";
  if (/^(text|character|name|citext)/.test(type)) return "rehearsal";
  if (type === "boolean") return "true";
  if (type === "uuid") return "00000000-0000-4000-8000-00000000c0de";
  if (/^(date|timestamp)/.test(type)) return "2025-06-01";
  if (type === "jsonb" || type === "json") return "{}";
  if (type === "interval") return "1 day";
  return null;
}
