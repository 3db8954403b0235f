import { as, type Expr } from "../../pg/expr/node.ts";
import { binary, conjuncts, nameParts, typeText } from "../../pg/expr/shape.ts";
import { some } from "../../pg/expr/walk.ts";
import { namedOperator } from "./called.ts";
import type { Encoder } from "./context.ts";
import { findRows } from "./from.ts";
import { resolve, type Frame, type RelationSource, type Select } from "./frame.ts";
import { lifted } from "./lookup.ts";
import type { Value } from "./value.ts";

/** A query that gives one value: its WHERE pins a unique key, or every row gives the same. */
export function lookUp(encoder: Encoder, select: Select, frame: Frame): Value | null {
  const target = onlyTarget(select);
  const found = findRows(encoder, select, frame, "one");
  if (!target || found.kind === "not modelled") return null;
  const value = encoder.expression(target, found.frame);
  if (!pinsOneRow(encoder, select, found.frame)) return null;
  return lifted(encoder, found.rows, found.holds, value);
}

/** At most one row satisfies WHERE, if the columns of `known` are known as well. */
export function pinsOneRow(encoder: Encoder, select: Select, frame: Frame, known: readonly string[] = []): boolean {
  const [scope] = frame.scopes;
  const [source] = scope ?? [];
  if (source?.kind !== "relation" || scope?.length !== 1) return false;
  const pinned = new Set(known);
  for (const part of select.whereClause ? conjuncts(select.whereClause) : []) {
    const equal = binary(part, "=");
    const named = nameParts(as("A_Expr", part)?.name);
    const operands = (): Value[] =>
      equal ? [equal.left, equal.right].map((one) => encoder.expression(one, frame)) : [];
    if (!equal || namedOperator(encoder.side, frame, named, operands) === null) continue;
    for (const [column, other] of [
      [equal.left, equal.right],
      [equal.right, equal.left],
    ] as const) {
      const found = textOfColumn(encoder, column, frame);
      if (found?.source === source && !speaksOf(other, source, frame)) pinned.add(found.column.name);
    }
  }
  return source.relation.uniqueKeys.some((key) => key.every((column) => pinned.has(column)));
}

/** The types whose values are equal where their texts are. */
const TOLD_BY_TEXT: ReadonlySet<string> = new Set(["text", "citext", "name", "uuid", "int", "enum"]);

/** The column that an expression is, or is the text of, as PostgreSQL prints a `varchar` that is compared; null for others. */
export function textOfColumn(
  { side }: Encoder,
  node: Expr | undefined,
  frame: Frame,
): Extract<ReturnType<typeof resolve>, { kind: "column" }> | null {
  const cast = as("TypeCast", node);
  const toText = cast !== null && typeText(cast.typeName) === "text" && (cast.typeName?.typmods ?? []).length === 0;
  const named = toText ? cast.arg : node;
  const found = named ? resolve(named, frame) : null;
  if (found?.kind !== "column" || !toText) return found?.kind === "column" ? found : null;
  const model = side.types(found.column.type);
  const isTold = model.kind === "scalar" && TOLD_BY_TEXT.has(model.type.sort.kind);
  const isPlain = side.typesNamed("text").length === 0 && !side.hasCastTo(side.types("text"));
  return isTold && isPlain ? found : null;
}

const speaksOf = (node: Expr, source: RelationSource, frame: Frame): boolean =>
  some(node, (inner) => {
    if (
      as("SubLink", inner)?.subselect &&
      some(as("SubLink", inner)?.subselect, (deep) => as("RangeVar", deep) !== null)
    )
      return true;
    const named = as("ColumnRef", inner) ? resolve(inner, frame) : null;
    return named?.kind === "column" && named.source === source;
  });

/** The expression of a query that gives one column. */
export const onlyTarget = (select: Select): Expr | null => {
  const [target] = select.targetList ?? [];
  return select.targetList?.length === 1 ? (as("ResTarget", target)?.val ?? null) : null;
};
