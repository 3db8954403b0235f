import { as, type Expr } from "../../pg/expr/node.ts";
import { stringConst, typeText } from "../../pg/expr/shape.ts";
import type { Encoder } from "./encoder.ts";
import type { Frame } from "./frame.ts";
import type { Json, Scalar, Value } from "./value.ts";

/** `document -> 'key'`, `#> '{a,b}'` and their text forms up to the member; null for a way that is not modelled (array elements, keys that are not constant). */
export function jsonMember(
  encoder: Encoder,
  operator: string,
  left: Expr | undefined,
  right: Expr | undefined,
  frame: Frame,
): Json | null {
  const keys = operator.startsWith("#") ? pathOf(right) : keyOf(right);
  if (!keys) return null;
  return jsonAt(encoder, encoder.expression(left, frame), keys);
}

export function jsonAt({ logic }: Encoder, value: Value, keys: readonly string[]): Json | null {
  if (value.kind !== "json") return null;
  const cases = value.cases.map(({ when, document, path }) => {
    const to = [...path, ...keys];
    return {
      when: logic.and(when, logic.predicate(`json:has ${JSON.stringify(to)}`, null, [document])),
      document,
      path: to,
    };
  });
  return { kind: "json", raises: value.raises, isNull: logic.not(logic.or(...cases.map(({ when }) => when))), cases };
}

/** ->> of the member: NULL for JSON null too. */
export function jsonText({ logic }: Encoder, member: Json): Scalar {
  const cases = member.cases.map(({ when, document, path }) => {
    const place = JSON.stringify(path);
    return {
      when: logic.and(when, logic.predicate(`json:some ${place}`, null, [document])),
      term: logic.apply("text", `json:text ${place}`, [document]),
    };
  });
  return {
    kind: "scalar",
    sort: "text",
    type: "text",
    raises: member.raises,
    isNull: logic.not(logic.or(...cases.map(({ when }) => when))),
    cases,
  };
}

function keyOf(node: Expr | undefined): string[] | null {
  const key = stringConst(node);
  return key === null ? null : [key];
}

/** Keys of a path. One that is a number could name an element of an array: not modelled. */
function pathOf(node: Expr | undefined): string[] | null {
  const cast = as("TypeCast", node);
  const inner = cast && typeText(cast.typeName) === "text[]" ? cast.arg : node;
  const elements = as("A_ArrayExpr", inner)?.elements?.map((element) => stringConst(element));
  const text = stringConst(inner);
  const keys = elements ?? (text !== null && /^\{[^"\\{}]*\}$/.test(text) ? text.slice(1, -1).split(",") : null);
  return keys?.every((key): key is string => key !== null && !/^-?\d+$/.test(key)) ? keys : null;
}
