import type { UserType } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import { nameKey, parseName, type NameKey } from "../../pg/name.ts";
import { enumSort, enumType, TYPE, type EnumSort, type ScalarType } from "../logic/sort.ts";

/** How values of an SQL type are modelled. */
export type TypeModel =
  | { kind: "boolean" }
  | { kind: "scalar"; type: ScalarType }
  | { kind: "json"; plain: boolean }
  | { kind: "array"; element: ScalarType }
  /** not modelled */
  | { kind: "other"; type: string };

const scalar = (type: ScalarType): TypeModel => ({ kind: "scalar", type });

const PLAIN: Readonly<Record<string, TypeModel>> = {
  boolean: { kind: "boolean" },
  bool: { kind: "boolean" },
  text: scalar(TYPE.text),
  "character varying": scalar(TYPE.text),
  varchar: scalar(TYPE.text),
  uuid: scalar(TYPE.uuid),
  smallint: scalar(TYPE.smallint),
  int2: scalar(TYPE.smallint),
  integer: scalar(TYPE.integer),
  int: scalar(TYPE.integer),
  int4: scalar(TYPE.integer),
  bigint: scalar(TYPE.bigint),
  int8: scalar(TYPE.bigint),
  numeric: scalar(TYPE.numeric),
  real: scalar(TYPE.real),
  float4: scalar(TYPE.real),
  "double precision": scalar(TYPE.float8),
  float8: scalar(TYPE.float8),
  character: scalar(TYPE.bpchar),
  bpchar: scalar(TYPE.bpchar),
  name: scalar(TYPE.name),
  date: scalar(TYPE.date),
  timestamp: scalar(TYPE.timestamp),
  "timestamp without time zone": scalar(TYPE.timestamp),
  timestamptz: scalar(TYPE.timestamptz),
  "timestamp with time zone": scalar(TYPE.timestamptz),
  jsonb: { kind: "json", plain: false },
  json: { kind: "json", plain: true },
};

/** The name of a type of pg_catalog that is modelled. */
export const isPlain = (name: string): boolean => Object.hasOwn(PLAIN, name.replace(/(\[\])+$/, ""));

export type Types = (name: string) => TypeModel;

/** Names by which format_type prints a type, or a person writes it without its schema. */
const namesOf = (type: UserType): string[] => [nameKey(type), identForReading(type.name)];

/**
 * The model of every type by its printed name, enums and domains included. Length limits are part of a column's type,
 * not of its values' sort. `citext` is the type of that extension; its arrays are not modelled.
 */
export function typesOf(
  userTypes: readonly UserType[],
  collated: ReadonlySet<NameKey> = new Set(),
  citext: NameKey | null = null,
): Types {
  const user = new Map<string, UserType | null>();
  // a bare name that two types have is neither
  for (const type of userTypes)
    for (const name of namesOf(type)) user.set(name, user.has(name) && user.get(name) !== type ? null : type);
  const model = (name: string, depth: number): TypeModel => {
    if (name.endsWith("[]")) {
      const element = model(name.slice(0, -2), depth + 1);
      return element.kind === "scalar" && element.type !== TYPE.citext
        ? { kind: "array", element: element.type }
        : { kind: "other", type: name };
    }
    const bare = name.replace(
      /^(character varying|varchar|character|bpchar|timestamp|numeric)\s*\(-?\d+(,-?\d+)?\)/,
      "$1",
    );
    const plain = PLAIN[bare];
    if (plain) return plain;
    const own = user.get(name);
    if (own?.kind === "enum") return scalar(enumType(nameKey(own)));
    if (own?.kind === "domain" && depth < 10 && !collated.has(nameKey(own))) return model(own.base, depth + 1);
    return citext !== null && userTypeOf(name) === citext ? scalar(TYPE.citext) : { kind: "other", type: name };
  };
  return (name) => model(name, 0);
}

export const isDomain = (userTypes: readonly UserType[], name: string): boolean =>
  userTypes.some((type) => type.kind === "domain" && namesOf(type).includes(name));

/** Labels by sort, for `conversionsWith`. */
export const enumSorts = (userTypes: readonly UserType[]): Map<EnumSort, readonly string[]> =>
  new Map(
    userTypes.flatMap((type): [EnumSort, readonly string[]][] =>
      type.kind === "enum" ? [[enumSort(nameKey(type)), type.labels]] : [],
    ),
  );

/** The qualified name in a type as format_type prints it, without array and modifier; null for types of pg_catalog. */
export function userTypeOf(printed: string): NameKey | null {
  const name = parseName(
    printed
      .replace(/(\[\])+$/, "")
      .replace(/\(\d[^)]*\)$/, "")
      .replace(/ COLLATE .*$/, ""),
  );
  return name && name.schema !== "pg_catalog" ? nameKey(name) : null;
}
