import { as, type Expr } from "../../pg/expr/node.ts";
import { stringConst, typeText } from "../../pg/expr/shape.ts";
import { SORT, TYPE } from "../logic/sort.ts";
import { jsonIs, jsonText as textSymbol } from "../logic/symbol.ts";
import { construct } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { noteUninterpreted } from "./opaque.ts";
import type { Json, Scalar, Value } from "./value.ts";

/**
 * `document -> 'key'`, `#> '{a,b}'` and their text forms up to the member; null for a way that is not modelled (array
 * elements, keys that are not constant).
 */
export function jsonMember(
  encoder: Encoder,
  operator: "->" | "->>" | "#>" | "#>>",
  left: Expr | undefined,
  right: Expr | undefined,
  frame: Frame,
): Json | null {
  const keys = operator === "#>" || operator === "#>>" ? pathOf(right) : keyOf(right);
  if (!keys) return null;
  return jsonAt(encoder, encoder.expression(left, frame), keys);
}

export function jsonAt({ logic }: Encoder, value: Value, keys: readonly string[]): Json | null {
  if (value.kind !== "json") return null;
  const cases = value.cases.flatMap(({ when, document, path }): Json["cases"][number][] => {
    const to = [...path, ...keys];
    if (document.kind === "constant")
      return constantMember(String(document.value), to) === undefined ? [] : [{ when, document, path: to }];
    const has = logic.predicate(jsonIs("has", to), null, [document]);
    return [{ when: logic.and(when, has), document, path: to }];
  });
  return { ...value, isNull: logic.not(logic.or(...cases.map(({ when }) => when))), cases };
}

/** ->> of the member: NULL for JSON null too. */
export function jsonText({ logic, opaques }: Encoder, member: Json): Scalar {
  const cases = member.cases.flatMap(({ when, document, path }) => {
    if (document.kind === "constant") {
      const found = constantMember(String(document.value), path);
      if (found === null || found === undefined) return [];
      return [{ when, term: logic.constant(SORT.text, typeof found === "string" ? found : JSON.stringify(found)) }];
    }
    const some = logic.predicate(jsonIs("some", path), null, [document]);
    // json keeps the spelling of numbers and the order of members, jsonb does not: the same member need not give the
    // same text
    const symbol = textSymbol(path, member);
    if (member.plain) noteUninterpreted(opaques, symbol, construct("json spelling"));
    const term = logic.apply(symbol, [document]);
    return [{ when: logic.and(when, some), term }];
  });
  return {
    kind: "scalar",
    type: TYPE.text,
    raises: member.raises,
    isNull: logic.not(logic.or(...cases.map(({ when }) => when))),
    cases,
  };
}

/** The member of a constant document: undefined where there is none. */
function constantMember(document: string, path: readonly string[]): unknown {
  let at: unknown = JSON.parse(document);
  for (const key of path) {
    if (typeof at !== "object" || at === null || Array.isArray(at)) return undefined;
    at = Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined;
    if (at === undefined) return undefined;
  }
  return at;
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
