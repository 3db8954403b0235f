import type { Row } from "../../fixtures/index.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { Actor } from "../personas/index.ts";
import type { Target } from "../environment/index.ts";
import type { Whose } from "./whose.ts";
import { foreignRow, ownRow, spareRow } from "./rows.ts";

/** How a call hands rows in. */
export type RowShape = "object" | "list" | "composite";

/** Whether an argument may be a row; of a JSON argument the body says whether it goes through a list. Null: no type for one. */
export function shapeOf(type: string, body: string): RowShape | null {
  if (type === "json" || type === "jsonb")
    return /jsonb?_(?:array_\w+|to_recordset|populate_recordset)/i.test(body) ? "list" : "object";
  return type.includes(".") && !type.endsWith("[]") ? "composite" : null;
}

/**
 * SQL of a row as an argument. A foreign one has the foreign row's key and the own row's content: what is handed in would be no sign of a leak
 * when it comes back.
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
