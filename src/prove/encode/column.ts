import type { Column } from "../../pg/catalog.ts";
import type { Row } from "../logic/formula.ts";
import { arraySort, SORT } from "../logic/sort.ts";
import { columnIsNull, columnIsTrue } from "../logic/symbol.ts";
import { construct, reasonOf, type Unmodelled } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import { columnValueKey } from "./opaque-key.ts";
import type { TypeModel } from "./types.ts";
import type { Value } from "./value.ts";

/** The value of a column in a row. */
export function encodeColumn(
  { logic, values, side, opaques, apart, name: sideName }: Encoder,
  row: Row,
  column: Pick<Column, "name" | "type" | "notNull">,
): Value {
  const { name, type, notNull } = column;
  const isNull = notNull ? logic.false : logic.predicate(columnIsNull(name), row, []);
  const isThere = logic.not(isNull);
  const known = { raises: logic.false, isNull };
  const isApart = apart.columns.has(column);
  const model: TypeModel = isApart ? { kind: "other", type } : side.types(type);
  switch (model.kind) {
    case "boolean": {
      const holds = logic.predicate(columnIsTrue(name), row, []);
      return values.condition(logic.false, logic.and(isThere, holds), logic.and(isThere, logic.not(holds)));
    }
    case "scalar": {
      const term = logic.column(model.type.sort, row, name);
      return { kind: "scalar", type: model.type, ...known, cases: [{ when: isThere, term }] };
    }
    case "json": {
      const document = logic.column(SORT.json, row, name);
      return { kind: "json", plain: model.plain, ...known, cases: [{ when: isThere, document, path: [] }] };
    }
    case "array": {
      const { sort } = model.element;
      const items = logic.column(arraySort(sort), row, name);
      return { kind: "array", element: sort, ...known, cases: [{ when: isThere, items }] };
    }
    case "other": {
      const key = columnValueKey(name, type, isApart ? sideName : null);
      const why: Unmodelled = isApart ? construct("changed column") : { kind: "type", type };
      if (!opaques.has(key))
        opaques.set(key, { why, reason: reasonOf(why, { expression: name, at: null }), settings: [] });
      return { kind: "opaque", key, of: [logic.column(SORT.row, row, "*")], raises: logic.false, type };
    }
  }
}
