import { quoteLiteral } from "../../pg/identifier.ts";
import type { PgFunction, UserType } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import type { Row } from "../../fixtures/index.ts";
import { literal, type Target } from "../environment/index.ts";
import { VICTIM, type Actor } from "../personas/index.ts";
import { tablesOf, valueOf, type ArgumentSource, type Parameter } from "./arguments.ts";
import { documentsOf } from "./documents.ts";
import { foreignRow } from "./rows.ts";
import { kindOf, type ValueKind } from "./value-kind.ts";

/** The largest number of such calls of one function. */
const MOST = 24;

/** Arguments of a call, with the words for it. */
export interface GuessedCall {
  attack: string;
  values: { parameter: Parameter; sql: string }[];
}

/**
 * Calls whose arguments are chosen by their type and by what the body does with them, not by their names: values of the
 * victim in every position, patterns that match everything and SQL for text, documents with the keys that the body
 * reads. The other arguments have own values.
 */
export function guessedCalls(
  fn: PgFunction,
  parameters: readonly Parameter[],
  tables: readonly Target[],
  actor: Actor,
  source: ArgumentSource,
): GuessedCall[] {
  const calls: GuessedCall[] = [];
  for (const variant of concreteOf(parameters, source.types)) {
    const own = variant.map((parameter) => ({ parameter, sql: valueOf(parameter, "own", actor, source) }));
    if (variant.some((parameter, n) => parameter !== parameters[n]))
      calls.push({ attack: "call with own values", values: own });
    for (const [place, parameter] of variant.entries())
      for (const { what, sql } of candidatesFor(parameter, fn, tables, source))
        calls.push({
          attack: `call with ${what} as ${parameter.name || `argument ${place + 1}`}`,
          values: own.map((one, n) => (n === place ? { parameter, sql } : one)),
        });
  }
  return calls.slice(0, MOST);
}

/** A polymorphic argument takes a value of any type: numbers, texts and uuids are tried, and one enum and one range. */
function concreteOf(parameters: readonly Parameter[], types: readonly UserType[]): Parameter[][] {
  if (!parameters.some(({ base }) => isPolymorphic(base))) return [[...parameters]];
  return ["integer", "text", "uuid"].map((element) =>
    parameters.map((parameter) => {
      if (!isPolymorphic(parameter.base)) return parameter;
      const type = concreteType(parameter.base, element, types);
      return { ...parameter, type, base: type };
    }),
  );
}

function concreteType(polymorphic: string, element: string, types: readonly UserType[]): string {
  if (polymorphic.endsWith("multirange")) return "int4multirange";
  if (polymorphic.endsWith("range")) return "int4range";
  if (polymorphic.endsWith("array")) return `${element}[]`;
  const known = types.find(({ kind }) => kind === "enum");
  return polymorphic === "anyenum" && known ? nameKey(known) : element;
}

/** `anyelement`, `anyarray` and their like (manual, section "Polymorphic Types"). */
export const isPolymorphic = (type: string): boolean =>
  /^any(element|array|nonarray|enum|range|multirange|compatible(array|nonarray|range|multirange)?)$/.test(type);

interface Candidate {
  what: string;
  sql: string;
}

function candidatesFor(
  { base, type }: Parameter,
  fn: PgFunction,
  tables: readonly Target[],
  source: ArgumentSource,
): Candidate[] {
  if (base === "json" || base === "jsonb")
    return documentsOf(fn, tables, source).map((document) => ({
      what: "a document of another tenant",
      sql: `${quoteLiteral(JSON.stringify(document))}::${type}`,
    }));
  const element = base.endsWith("[]") ? base.slice(0, -2) : base;
  const kind = kindOf(element);
  if (kind === null) return [];
  const values: [what: string, value: string][] = victims(kind, tables, source).map((value) => [
    "a value of another tenant",
    value,
  ]);
  if (kind === "text")
    for (const value of ["", "%", "_", ...prefixes(values), "x' or '1'='1", "' or true --"])
      values.push([`\`${value}\``, value]);
  return values.map(([what, value]) => ({
    what,
    sql: base.endsWith("[]") ? `array[${literal(value)}]::${type}` : `${literal(value)}::${type}`,
  }));
}

const prefixes = (values: readonly [string, string][]): string[] => [
  ...new Set(values.flatMap(([, value]) => (value.length > 3 ? [value.slice(0, 3)] : []))),
];

/** Values of one kind that belong to the victim: its tenant, its user, and what rows of the tables behind hold. */
function victims(kind: ValueKind, tables: readonly Target[], { fixtures }: ArgumentSource): string[] {
  const tenant = fixtures.tenants.find(({ name }) => name === VICTIM);
  const texts = [...Object.values(tenant?.values ?? {}), ...(tenant?.users.slice(0, 1) ?? [])];
  const rows = tables.flatMap((target) => {
    const row = foreignRow(target);
    return row ? valuesOf(target, row, kind) : [];
  });
  return [...new Set([...texts.filter((text) => isOf(kind, text)), ...rows])].slice(0, 5);
}

/** The key first, since functions look rows up by it. */
const valuesOf = (target: Target, row: Row, kind: ValueKind): string[] =>
  target.columns
    .filter(({ type }) => kindOf(type) === kind)
    .toSorted((a, b) => Number(target.primaryKey.includes(b.name)) - Number(target.primaryKey.includes(a.name)))
    .flatMap(({ name }) => {
      const value = row[name];
      return typeof value === "string" || typeof value === "number" ? [String(value)] : [];
    })
    .slice(0, 3);

const isOf = (kind: ValueKind, text: string): boolean =>
  kind === "uuid" ? /^[0-9a-f-]{36}$/i.test(text) : kind === "number" ? /^-?\d+$/.test(text) : true;

/** The tables behind a function; of one that names none, every table that has rows of both tenants. */
export const tablesBehindCall = (
  fn: PgFunction,
  facts: Parameters<typeof tablesOf>[1],
  { targets }: ArgumentSource,
): Target[] => tablesOf(fn, facts, targets).filter(({ foreignRows }) => foreignRows.length > 0);
