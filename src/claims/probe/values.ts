import type { Catalog, Column } from "../../pg/catalog.ts";
import { as } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { stringConst } from "../../pg/expr/shape.ts";
import { walk } from "../../pg/expr/walk.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { namedBy } from "../../pg/name.ts";

/**
 * The values to try in a column, as SQL of its type. Constants from the expressions come first where they can be of
 * that type.
 */
export function candidates(column: Column, catalog: Catalog, expressions: readonly string[]): string[] {
  const constants = expressions.flatMap(constantsIn);
  return [...new Set(plain(column.type, catalog, constants))].map((text) => `${quoteLiteral(text)}::${column.type}`);
}

/** True if a column can never change: an enum with one label, and NOT NULL. */
export function hasOneValue(column: Column, catalog: Catalog): boolean {
  const own = namedBy(column.type, catalog.types);
  return column.notNull && own?.kind === "enum" && own.labels.length === 1;
}

function plain(type: string, catalog: Catalog, constants: readonly string[]): string[] {
  if (type.endsWith("[]"))
    return plain(type.slice(0, -2), catalog, constants).map((text) => `{"${text.replaceAll(/["\\]/g, "\\$&")}"}`);
  const own = namedBy(type, catalog.types);
  if (own?.kind === "enum") return own.labels;
  if (own?.kind === "domain") return plain(own.base, catalog, constants);
  const base = type.replace(/\(.*\)/, "");
  switch (base) {
    case "uuid":
      return UUIDS;
    case "boolean":
      return ["true", "false"];
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
    case "real":
    case "double precision":
      return [...constants.filter((text) => /^-?\d+(\.\d+)?$/.test(text)).flatMap(around), "1", "2", "0"];
    case "text":
    case "character varying":
    case "character":
      // The last ones are for columns that are cast.
      return [...constants, "a", "b", "1", "2", ...UUIDS, "true", "false"];
    case "json":
    case "jsonb":
      return ['{"a": 1}', '{"a": 2}'];
    case "date":
    case "timestamp without time zone":
    case "timestamp with time zone":
      return ["2000-01-01", "2100-01-01"];
    case "time without time zone":
    case "time with time zone":
      return ["01:00", "02:00"];
    case "interval":
      return ["1 day", "2 days"];
    case "inet":
      return ["192.0.2.1", "192.0.2.2"];
    case "cidr":
      return ["192.0.2.0/24", "198.51.100.0/24"];
    case "macaddr":
      return ["02:00:00:00:00:01", "02:00:00:00:00:02"];
    case "bytea":
      return ["\\x01", "\\x02"];
    case "money":
      return ["1", "2"];
    case "int4range":
    case "int8range":
    case "numrange":
      return ["[1,2)", "[3,4)"];
    case "daterange":
    case "tsrange":
    case "tstzrange":
      return ["[2000-01-01,2000-01-02)", "[2100-01-01,2100-01-02)"];
    default:
      return base.endsWith("citext") ? [...constants, "a", "b"] : [];
  }
}

const UUIDS = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];

/** A number in a comparison, and the numbers on either side of it. */
const around = (text: string): string[] => [text, String(Number(text) + 1), String(Number(text) - 1)];

function constantsIn(expression: string): string[] {
  const found: string[] = [];
  walk(parseExpr(expression), (node) => {
    const text = stringConst(node);
    if (text !== null) found.push(text);
    const number = as("A_Const", node)?.ival;
    if (number) found.push(String(number.ival ?? 0));
  });
  return found;
}
