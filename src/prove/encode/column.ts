import type { Column } from "../../pg/catalog.ts";
import type { Row } from "../logic/formula.ts";
import { arraySort, SORT } from "../logic/sort.ts";
import { columnIsNull, columnIsTrue } from "../logic/symbol.ts";
import { reasonOf, type Unmodelled } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import { columnValueKey } from "./opaque-key.ts";
import type { Value } from "./value.ts";

/** The value of a column in a row. */
export function encodeColumn(
  { logic, values, side, opaques }: Encoder,
  row: Row,
  { name, type, notNull }: Pick<Column, "name" | "type" | "notNull">,
): Value {
  const isNull = notNull ? logic.false : logic.predicate(columnIsNull(name), row, []);
  const isThere = logic.not(isNull);
  const known = { raises: logic.false, isNull };
  const model = side.types(type);
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
      const key = columnValueKey(name, type);
      const why: Unmodelled = { kind: "type", type };
      if (!opaques.has(key))
        opaques.set(key, { why, reason: reasonOf(why, { expression: name, at: null }), settings: [] });
      return { kind: "opaque", key, of: [logic.column(SORT.row, row, "*")], raises: logic.false, type };
    }
  }
}
