import type { Catalog, Column } from "../pg/catalog.ts";
import { as } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { stringConst } from "../pg/expr/shape.ts";
import { walk } from "../pg/expr/walk.ts";
import { quoteLiteral } from "../pg/identifier.ts";

/** Values to try in a column, as SQL of its type; the constants of an expression first where they can be of that type. */
export function candidates(column: Column, catalog: Catalog, expression: string | null): string[] {
  const constants = expression === null ? [] : constantsIn(expression);
  return [...new Set(plain(column.type, catalog, constants))].map((text) => `${quoteLiteral(text)}::${column.type}`);
}

function plain(type: string, catalog: Catalog, constants: readonly string[]): string[] {
  if (type.endsWith("[]"))
    return plain(type.slice(0, -2), catalog, constants).map((text) => `{"${text.replaceAll(/["\\]/g, "\\$&")}"}`);
  const own = catalog.types.find((one) => `${one.schema}.${one.name}` === type);
  if (own?.kind === "enum") return own.labels;
  if (own?.kind === "domain") return plain(own.base, catalog, constants);
  const base = type.replace(/\(.*\)/, "");
  switch (base) {
    case "uuid":
      return ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    case "boolean":
      return ["true", "false"];
    case "smallint":
    case "integer":
    case "bigint":
    case "numeric":
    case "real":
    case "double precision":
      return [...constants.filter((text) => /^-?\d+(\.\d+)?$/.test(text)), "1", "2", "0"];
    case "text":
    case "character varying":
    case "character":
      return [...constants, "a", "b"];
    case "json":
    case "jsonb":
      return ['{"a": 1}', '{"a": 2}'];
    case "date":
    case "timestamp without time zone":
    case "timestamp with time zone":
      return ["2000-01-01", "2100-01-01"];
    default:
      return base.endsWith("citext") ? [...constants, "a", "b"] : [];
  }
}

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
