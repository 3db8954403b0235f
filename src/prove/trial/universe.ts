import type { Column, Relation } from "../../pg/catalog.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import { constantsOf, type Constants } from "./constants.ts";
import { leavesFor, type JsonText } from "./json.ts";
import { readsOf, type Reads } from "./reads.ts";
import type { Site } from "./site.ts";
import { textsFor, UUIDS, type Choice } from "./texts.ts";
import { isIdentifying, valuesFor, type SqlValue } from "./values.ts";

/** A column and the values that it is given. */
export interface ColumnChoice {
  name: string;
  choice: Choice<SqlValue>;
  /** the SQL names it, so that an answer may hang on it */
  read: boolean;
  /** NOT NULL on one of the sides */
  required: boolean;
  /** GENERATED … AS IDENTITY: it comes by itself, and an UPDATE cannot set it */
  identity: boolean;
  /** unique by itself: a value that no other row has, by a number */
  fresh: ((n: number) => SqlValue) | null;
}

export interface TableChoice extends QualifiedName {
  columns: ColumnChoice[];
}

/** All that the states and requests of a trial are made of. */
export interface Universe {
  own: TableChoice;
  /** the tables that the policies read, `own` among them where it is read */
  tables: TableChoice[];
  /** to be refreshed once rows are there */
  snapshots: QualifiedName[];
  settings: ReadonlyMap<string, Choice<string>>;
  /** settings that hold a JSON document */
  documents: ReadonlySet<string>;
  /** the leaves of documents */
  leaves: ReadonlyMap<string, Choice<JsonText>>;
}

const CLAIMS = "request.jwt.claims";

export function universeOf(
  [before, after]: readonly [Site, Site],
  relation: QualifiedName,
  more: { texts: readonly string[]; settings: readonly string[] },
): Universe {
  const reads = [readsOf(before.catalog, relation), readsOf(after.catalog, relation)] as const;
  const constants = constantsOf([...inOrder(reads), ...more.texts]);
  const names = new Map(reads.flatMap(({ tables }) => tables.map((table) => [nameKey(table), table] as const)));
  const tables = [...names.values()].map((table) => tableChoice([before, after], table, constants));
  const own = tables.find((table) => nameKey(table) === nameKey(relation)) ?? { ...relation, columns: [] };
  const isClaims = reads.some(({ claims }) => claims) || constantsOf(more.texts).words.has("auth");
  const settings = [
    ...new Set([...(isClaims ? [CLAIMS] : []), ...constants.settings, ...more.settings.filter((name) => name !== "*")]),
  ];
  const documents = new Set(settings.filter((name) => name === CLAIMS || constants.documents.has(name)));
  const columnTypes = columnTypesOf(reads);
  const ofToken = [["sub"], ["role"], ["email"]].filter(
    ([name = ""]) => isClaims && (constants.words.has(name) || (name === "sub" && constants.words.has("uid"))),
  );
  const paths = documents.size === 0 ? [] : [...ofToken, ...constants.paths];
  return {
    own,
    tables,
    snapshots: reads[0].snapshots.concat(
      reads[1].snapshots.filter((one) => !reads[0].snapshots.some((known) => nameKey(known) === nameKey(one))),
    ),
    settings: new Map(
      settings
        .filter((name) => !documents.has(name))
        .map((name) => [name, settingValues(constants, columnTypes, name)]),
    ),
    documents,
    leaves: new Map(paths.map((path) => [JSON.stringify(path), leafValues(constants, columnTypes, path)])),
  };
}

/** Texts that differ come first: their constants decide most. */
function inOrder([before, after]: readonly [Reads, Reads]): string[] {
  const [one, two] = [new Set(before.texts), new Set(after.texts)];
  const changed = [...before.texts.filter((text) => !two.has(text)), ...after.texts.filter((text) => !one.has(text))];
  return [...new Set([...changed, ...before.texts, ...after.texts])];
}

/** Types by the names of the columns that have them. */
function columnTypesOf(reads: readonly Reads[]): Map<string, string[]> {
  const types = new Map<string, string[]>();
  for (const { tables } of reads)
    for (const { columns } of tables)
      for (const { name, type } of columns) types.set(name, [...new Set([...(types.get(name) ?? []), type])]);
  return types;
}

const isWhole = (type: string): boolean => type === "integer" || type === "bigint" || type === "smallint";

/** Is a value of this name an identifier, and of which type? By a column of that name, else by all that there are. */
function typesUnder(columnTypes: ReadonlyMap<string, string[]>, name: string): { uuid: boolean; whole: boolean } {
  const own = columnTypes.get(name) ?? columnTypes.get(`${name}_id`) ?? columnTypes.get(name.replace(/s$/, ""));
  const types = own ?? (isIdentifying(name) ? [...columnTypes.values()].flat() : []);
  return { uuid: types.includes("uuid"), whole: types.some(isWhole) };
}

function leafValues(
  constants: Constants,
  columnTypes: ReadonlyMap<string, string[]>,
  path: string[],
): Choice<JsonText> {
  const name = path.at(-1) ?? "";
  const { uuid, whole } = typesUnder(columnTypes, name);
  const values = leavesFor(constants, path, uuid || isIdentifying(name));
  return whole ? { hot: ["1", "2", '"1"', ...values.hot], cold: values.cold } : values;
}

function settingValues(constants: Constants, columnTypes: ReadonlyMap<string, string[]>, name: string): Choice<string> {
  const last = name.split(".").at(-1) ?? "";
  const { uuid, whole } = typesUnder(columnTypes, last);
  const texts = textsFor(constants, last, uuid || isIdentifying(last));
  const wholeOnes = whole ? ["1", "2"] : [];
  const [one = "", two = ""] = [...wholeOnes, ...(uuid ? UUIDS : []), ...texts.hot];
  const lists = [`${one},${two}`, `${two},${one}`, `{${one},${two}}`, `[${JSON.stringify(one)}]`, `${one}, ${two}`];
  const isPlural = last.endsWith("s");
  return {
    hot: [...wholeOnes, ...(uuid ? UUIDS.slice(0, 2) : []), ...texts.hot, ...(isPlural ? lists : [])],
    cold: [
      ...lists,
      `${one},x`,
      one.toUpperCase(),
      `${one.toUpperCase()},${two}`,
      "on",
      "off",
      "false",
      ...constants.numbers.slice(0, 6),
      ...texts.cold,
    ],
  };
}

function tableChoice(sites: readonly [Site, Site], table: Relation, constants: Constants): TableChoice {
  const sides = sites.flatMap(({ catalog }) => {
    const found = catalog.relations.find((relation) => nameKey(relation) === nameKey(table));
    return found ? [{ catalog, relation: found }] : [];
  });
  const names = [...new Set(sides.flatMap(({ relation }) => relation.columns.map(({ name }) => name)))];
  // a row as a whole may be given to a function
  const whole = constants.words.has("row_to_json") || constants.words.has("to_jsonb");
  return {
    schema: table.schema,
    name: table.name,
    columns: names.flatMap((name): ColumnChoice[] => {
      const of = sides.flatMap(({ catalog, relation }) => {
        const column = relation.columns.find((one) => one.name === name);
        return column && column.generated !== "stored" && column.generated !== "virtual"
          ? [{ catalog, column, relation }]
          : [];
      });
      const [first] = of;
      if (!first) return [];
      const choices = [...new Map(of.map((one) => [one.column.type, one])).values()].map(({ catalog, column }) =>
        valuesFor(catalog, constants, name, column.type),
      );
      return [
        {
          name,
          choice: {
            hot: [...new Set(choices.flatMap(({ hot }) => hot))],
            cold: [...new Set(choices.flatMap(({ cold }) => cold))],
          },
          read: whole || constants.words.has(name),
          required: of.some(({ column }) => column.notNull),
          identity: of.some(({ column }) => column.generated === "identity"),
          fresh: of.some(({ relation }) => relation.uniqueKeys.some((key) => key.length === 1 && key[0] === name))
            ? freshFor(first.column)
            : null,
        },
      ];
    }),
  };
}

function freshFor({ type }: Column): ColumnChoice["fresh"] {
  if (type === "uuid") return (n) => `md5(${quoteLiteral(`rlsmith ${n}`)})::uuid`;
  if (isWhole(type) || type.startsWith("numeric")) return (n) => String(1000 + n);
  if (type.startsWith("timestamp")) return (n) => `now() + interval '${n} seconds'`;
  if (/^(?:text|character varying)/.test(type)) return (n) => quoteLiteral(`k${n}`);
  return null;
}
