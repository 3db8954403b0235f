import { as, type Expr } from "../../pg/expr/node.ts";
import { stringConst, typeText } from "../../pg/expr/shape.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { SORT } from "../logic/sort.ts";
import { ARRAY_MEMBER, jsonIs, jsonItems, jsonText, type JsonPath } from "../logic/symbol.ts";
import { memberOf } from "./array.ts";
import { encodeComparison } from "./compare.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { isTerm, type ArrayValue, type Condition, type Json, type Value } from "./value.ts";

/**
 * Containment (manual, 9.16 and 9.19), of arrays and of jsonb, where one side is a constant or a list of elements. All of
 * these operators are strict, raise on no value, and are never NULL of values that are there.
 * - arrays: `a @> b`, `b <@ a`, `a && b` where b is a list: NULL equals no element (array_contains, array_overlap);
 * - jsonb: `?`, `?|`, `?&` and `@>` with words as keys, elements and values: a word is no number, boolean or null, so that
 *   a text that is one comes from a string.
 * Null for anything else.
 */
export function encodeContainment(
  encoder: Encoder,
  { operator, left, right }: { operator: string; left: Expr; right: Expr },
  frame: Frame,
): Condition | null {
  switch (operator) {
    case "?":
    case "?|":
    case "?&": {
      const keys = operator === "?" ? [stringConst(right)] : wordsOf(right);
      const document = keys && encoder.expression(left, frame);
      if (document?.kind !== "json" || document.plain || !keys?.every(isWord)) return null;
      return ofDocument(encoder, document, (term, path) => {
        const each = keys.map((key) => hasKey(encoder, term, path, key));
        return operator === "?&" ? encoder.logic.and(...each) : encoder.logic.or(...each);
      });
    }
    case "@>":
    case "<@": {
      const [whole, part] = operator === "@>" ? [left, right] : [right, left];
      const constant = jsonConstant(part);
      if (constant !== undefined) return containsJson(encoder, encoder.expression(whole, frame), constant);
      const [a, b] = [encoder.expression(whole, frame), encoder.expression(part, frame)];
      return overElements(encoder, a, b, "all");
    }
    case "&&": {
      const [a, b] = [encoder.expression(left, frame), encoder.expression(right, frame)];
      return overElements(encoder, a, b, "some") ?? overElements(encoder, b, a, "some");
    }
    default:
      return null;
  }
}

/** Not a number, a boolean or null as JSON writes them, and without what would be escaped. */
const isWord = (text: string | null): text is string =>
  text !== null && /^[A-Za-z_][\w.:-]*$/.test(text) && !/^(true|false|null|nan|infinity)$/i.test(text);

/** The constants of `ARRAY['a', 'b']` or `'{a,b}'::text[]`. */
function wordsOf(node: Expr): (string | null)[] | null {
  const cast = as("TypeCast", node);
  const inner = cast && typeText(cast.typeName) === "text[]" ? cast.arg : node;
  const elements = as("A_ArrayExpr", inner)?.elements;
  if (elements) return elements.map((element) => stringConst(element));
  const text = /^\{([^"\\{}]*)\}$/.exec(stringConst(inner) ?? "")?.[1];
  return text === undefined || text === "" ? null : text.split(",");
}

/** A jsonb constant; undefined for anything else. */
function jsonConstant(node: Expr): unknown {
  const cast = as("TypeCast", node);
  const text = cast && typeText(cast.typeName) === "jsonb" ? stringConst(cast.arg) : null;
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** A test of a document that is there. The whole of a column may be a list or a scalar, which is not followed. */
function ofDocument(
  { logic, values }: Encoder,
  document: Json,
  test: (term: Term, path: JsonPath) => Formula,
): Condition | null {
  if (document.cases.some(({ document: term, path }) => path.length === 0 || term.kind === "constant")) return null;
  const settled = logic.not(document.raises);
  const over = (sign: boolean): Formula =>
    logic.or(
      ...document.cases.map(({ when, document: term, path }) => {
        const holds = test(term, path);
        return logic.and(settled, when, sign ? holds : logic.not(holds));
      }),
    );
  return values.condition(document.raises, over(true), over(false));
}

/** A key of an object, a string of a list, or the string itself. */
function hasKey(encoder: Encoder, document: Term, path: JsonPath, word: string): Formula {
  const { logic } = encoder;
  return logic.or(
    logic.predicate(jsonIs("has", [...path, word]), null, [document]),
    hasElement(encoder, document, path, word),
    isString(encoder, document, path, word),
  );
}

function hasElement({ logic }: Encoder, document: Term, path: JsonPath, word: string): Formula {
  const items = logic.apply(jsonItems(path), [document]);
  return logic.and(
    logic.predicate(jsonIs("array", path), null, [document]),
    logic.predicate(ARRAY_MEMBER, null, [logic.constant(SORT.text, word), items]),
  );
}

function isString({ logic }: Encoder, document: Term, path: JsonPath, word: string): Formula {
  return logic.and(
    logic.predicate(jsonIs("some", path), null, [document]),
    logic.not(logic.predicate(jsonIs("object", path), null, [document])),
    logic.not(logic.predicate(jsonIs("array", path), null, [document])),
    logic.equal(logic.apply(jsonText(path), [document]), logic.constant(SORT.text, word)),
  );
}

/** `document @> constant`: a string is contained in a list of it too (manual, 8.14.3). */
function containsJson(encoder: Encoder, document: Value, constant: unknown): Condition | null {
  if (document.kind !== "json" || document.plain || !isPlainJson(constant)) return null;
  return ofDocument(encoder, document, (term, path) =>
    typeof constant === "string"
      ? encoder.logic.or(hasElement(encoder, term, path, constant), isString(encoder, term, path, constant))
      : within(encoder, term, path, constant),
  );
}

type PlainJson = string | readonly string[] | { readonly [key: string]: PlainJson };

/** Words, lists of words, and objects of such under words. */
const isPlainJson = (value: unknown): value is PlainJson => {
  if (typeof value === "string") return isWord(value);
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => typeof one === "string" && isWord(one));
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  return entries.length > 0 && entries.every(([key, one]) => isWord(key) && isPlainJson(one));
};

function within(encoder: Encoder, document: Term, path: JsonPath, constant: PlainJson): Formula {
  const { logic } = encoder;
  if (typeof constant === "string") return isString(encoder, document, path, constant);
  if (Array.isArray(constant))
    return logic.and(...constant.map((one: string) => hasElement(encoder, document, path, one)));
  return logic.and(
    ...Object.entries(constant).flatMap(([key, one]: [string, PlainJson]) => [
      logic.predicate(jsonIs("has", [...path, key]), null, [document]),
      within(encoder, document, [...path, key], one),
    ]),
  );
}

/** Every element of the list, or some, is one of the array. */
function overElements(encoder: Encoder, whole: Value, list: Value, quantifier: "all" | "some"): Condition | null {
  const { logic, values } = encoder;
  if (whole.kind !== "array" || list.kind !== "array") return null;
  const raises = logic.or(whole.raises, list.raises);
  const parts: { when: Formula; holds: Formula }[] = [];
  for (const one of whole.cases)
    for (const other of list.cases) {
      if (isTerm(other.items)) return null;
      const each = other.items.map((item) => isElement(encoder, item, one.items));
      if (!each.every((found) => found !== null)) return null;
      const holds = quantifier === "all" ? logic.and(...each) : logic.or(...each);
      parts.push({ when: logic.and(one.when, other.when), holds });
    }
  const settled = logic.not(raises);
  const over = (sign: boolean): Formula =>
    logic.or(...parts.map(({ when, holds }) => logic.and(settled, when, sign ? holds : logic.not(holds))));
  return values.condition(raises, over(true), over(false));
}

/** The item equals an element of the array; null where that is not modelled, or may raise. */
function isElement(encoder: Encoder, item: Value, items: ArrayValue["cases"][number]["items"]): Formula | null {
  const { logic } = encoder;
  const found = isTerm(items)
    ? [memberOf(encoder, item, items)]
    : items.map((other) => encodeComparison(encoder, "=", item, other));
  if (!found.every((one) => one !== null && one.raises === logic.false)) return null;
  return logic.or(...found.map((one) => one?.isTrue ?? logic.false));
}
