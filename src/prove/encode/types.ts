import type { UserType } from "../../pg/catalog.ts";
import { identForReading } from "../../pg/identifier.ts";
import type { Sort } from "../logic/logic.ts";

/** How values of an SQL type are modelled. */
export type TypeModel =
  | { kind: "boolean" }
  /** `type` names its input function (`in:TYPE`) */
  | { kind: "scalar"; sort: Sort; type: string }
  | { kind: "json"; plain: boolean }
  | { kind: "array"; element: Sort; type: string }
  /** not modelled */
  | { kind: "other"; type: string };

const PLAIN: Readonly<Record<string, TypeModel>> = {
  boolean: { kind: "boolean" },
  bool: { kind: "boolean" },
  text: { kind: "scalar", sort: "text", type: "text" },
  "character varying": { kind: "scalar", sort: "text", type: "text" },
  varchar: { kind: "scalar", sort: "text", type: "text" },
  uuid: { kind: "scalar", sort: "uuid", type: "uuid" },
  smallint: { kind: "scalar", sort: "int", type: "smallint" },
  int2: { kind: "scalar", sort: "int", type: "smallint" },
  integer: { kind: "scalar", sort: "int", type: "integer" },
  int: { kind: "scalar", sort: "int", type: "integer" },
  int4: { kind: "scalar", sort: "int", type: "integer" },
  bigint: { kind: "scalar", sort: "int", type: "bigint" },
  int8: { kind: "scalar", sort: "int", type: "bigint" },
  date: { kind: "scalar", sort: "date", type: "date" },
  timestamp: { kind: "scalar", sort: "timestamp", type: "timestamp" },
  "timestamp without time zone": { kind: "scalar", sort: "timestamp", type: "timestamp" },
  timestamptz: { kind: "scalar", sort: "timestamptz", type: "timestamptz" },
  "timestamp with time zone": { kind: "scalar", sort: "timestamptz", type: "timestamptz" },
  jsonb: { kind: "json", plain: false },
  json: { kind: "json", plain: true },
};

export type Types = (name: string) => TypeModel;

/** The model of every type by its printed name, enums and domains included. Length limits are part of a column's type, not of its values' sort. */
export function typesOf(userTypes: readonly UserType[]): Types {
  const user = new Map(
    userTypes.flatMap((type) => {
      const name = `${identForReading(type.schema)}.${identForReading(type.name)}`;
      const entries: [string, UserType][] = [[name, type]];
      // text that a person wrote may leave the schema out
      entries.push([identForReading(type.name), type]);
      return entries;
    }),
  );
  const model = (name: string, depth = 0): TypeModel => {
    if (name.endsWith("[]")) {
      const element = model(name.slice(0, -2), depth + 1);
      return element.kind === "scalar"
        ? { kind: "array", element: element.sort, type: element.type }
        : { kind: "other", type: name };
    }
    const bare = name.replace(/^(character varying|varchar|timestamp)\s*\(\d+\)/, "$1");
    const plain = PLAIN[bare];
    if (plain) return plain;
    const own = user.get(name);
    if (own?.kind === "enum") {
      const sort = `enum ${own.schema}.${own.name}`;
      return { kind: "scalar", sort, type: sort };
    }
    if (own?.kind === "domain" && depth < 10) return model(own.base, depth + 1);
    return { kind: "other", type: name };
  };
  return (name) => model(name);
}

export const isDomain = (userTypes: readonly UserType[], name: string): boolean =>
  userTypes.some(
    (type) =>
      type.kind === "domain" &&
      (name === `${identForReading(type.schema)}.${identForReading(type.name)}` || name === identForReading(type.name)),
  );

/** Labels by sort, for `conversionsWith`. */
export const enumSorts = (userTypes: readonly UserType[]): Map<Sort, readonly string[]> =>
  new Map(
    userTypes.flatMap((type): [Sort, readonly string[]][] =>
      type.kind === "enum" ? [[`enum ${type.schema}.${type.name}`, type.labels]] : [],
    ),
  );
