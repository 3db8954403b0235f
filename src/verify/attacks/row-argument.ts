import type { Row } from "../../fixtures/index.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { Actor } from "../personas/index.ts";
import type { Target } from "../environment/index.ts";
import type { Whose } from "./whose.ts";
import { foreignRow, ownRow, spareRow } from "./rows.ts";

/** The form in which a call passes rows. */
export type RowShape = "object" | "list" | "composite";

/**
 * The form in which an argument may be a row; null: its type holds no row. A JSON argument is a list if the function's
 * body iterates over an array.
 */
export function shapeOf(type: string, body: string): RowShape | null {
  if (type === "json" || type === "jsonb")
    return /jsonb?_(?:array_\w+|to_recordset|populate_recordset)/i.test(body) ? "list" : "object";
  return type.includes(".") && !type.endsWith("[]") ? "composite" : null;
}

/**
 * SQL of a row as an argument. A foreign one has the key of the foreign row and the content of the own row: content
 * that was passed in would be no sign of a leak when it is returned.
 */
export function rowValue(target: Target, shape: RowShape, type: string, whose: Whose, actor: Actor): string {
  const row = contentOf(target, whose, actor);
  if (shape === "composite") return `jsonb_populate_record(null::${type}, ${quoteLiteral(JSON.stringify(row))})`;
  const [key] = target.primaryKey;
  // `{"project_id": …}` as well as `{"id": …}`
  const named =
    target.primaryKey.length === 1 && key !== undefined
      ? { [`${target.relation.replace(/s$/, "")}_id`]: row[key], ...row }
      : row;
  return `${quoteLiteral(JSON.stringify(shape === "list" ? [named] : named))}::${type}`;
}

function contentOf(target: Target, whose: Whose, actor: Actor): Row {
  const own = ownRow(target, actor) ?? {};
  if (whose === "own") return own;
  if (whose === "new") return spareRow(target, "foreign") ?? own;
  const foreign = foreignRow(target) ?? {};
  const nobodys = (name: string): unknown =>
    typeof foreign[name] === "number"
      ? 987654320 + Number(whose === "other nobody")
      : `${whose === "nobody" ? "0" : "1"}badf00d-0000-4000-8000-00000badf00d`;
  const key = target.primaryKey.map((name) => [name, whose === "foreign" ? foreign[name] : nobodys(name)]);
  return { ...own, ...Object.fromEntries(key) };
}
