import { as, type Expr } from "../../pg/expr/node.ts";
import type { TypeName } from "libpg-query";
import { typeText } from "../../pg/expr/shape.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { NUMERIC_UNIT } from "../logic/conversion.ts";
import { arraySort, INTEGERS, isExact, SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import {
  arrayInput,
  arrayReadable,
  inDomain,
  input,
  JSON_READABLE,
  opaqueIsTrue,
  output,
  readable,
  READS_TRUE,
  widen,
} from "../logic/symbol.ts";
import { isSameType } from "../apart.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { coerce } from "./literal.ts";
import { lifted } from "./lookup.ts";
import { noteUninterpreted } from "./opaque.ts";
import { nullOfDomainKey } from "./opaque-key.ts";
import { isPlain, type TypeModel } from "./types.ts";
import { isTerm, type ArrayValue, type Json, type Scalar, type Value } from "./value.ts";

/** The setting in which PostgREST hands the token over. */
export const CLAIMS_SETTING = "request.jwt.claims";

/** `value::type`. An input function is partial: outside its domain it raises. */
export function encodeCast(encoder: Encoder, node: Expr, frame: Frame): Value {
  const cast = as("TypeCast", node);
  const value = encoder.expression(cast?.arg, frame);
  const name = typeText(cast?.typeName);
  const model = encoder.side.types(name);
  // varchar(5) cuts, timestamptz(0) rounds
  const limited = (cast?.typeName?.typmods?.length ?? 0) > 0;
  const settled = settledType(encoder, cast?.typeName, frame);
  if (limited || !settled) return encoder.opaque(node, frame, { kind: "cast", type: name, fromAny: true });
  if (encoder.side.isDomain(name)) {
    const base = castTo(encoder, value, model);
    return (
      (base && checked(encoder, base, name)) ?? encoder.opaque(node, frame, { kind: "cast", type: name, fromAny: true })
    );
  }
  return castTo(encoder, value, model) ?? encoder.opaque(node, frame, { kind: "cast", type: name, fromAny: false });
}

/** The type means the same on both sides, and no cast to it runs a function of CREATE CAST. */
function settledType({ side, isUnchanged }: Encoder, type: TypeName | undefined, frame: Frame): boolean {
  const printed = typeText(type);
  if (side.hasCastTo(side.types(printed))) return false;
  const [name = "", schema] = (type?.names ?? []).map((part) => as("String", part)?.sval ?? "").toReversed();
  const named = side.typesNamed(name);
  if (schema !== undefined && schema !== "pg_catalog") return isSameType(isUnchanged, side, printed);
  if (named.length === 0 || schema === "pg_catalog") return true;
  // a bare name, of pg_catalog where it is printed; elsewhere the search path decides
  return !isPlain(printed) ? named.length === 1 && named.every((one) => isUnchanged.type(one)) : !frame.written;
}

/**
 * A value as PostgreSQL assigns it to an argument or a result of a declared type; null where that conversion is not
 * modelled. `type` as format_type prints it.
 */
export function convert(encoder: Encoder, value: Value, type: string): Value | null {
  const { side, isUnchanged } = encoder;
  const model = side.types(type);
  if (side.hasCastTo(model) || !isSameType(isUnchanged, side, type)) return null;
  if (value.kind === "opaque") {
    // nothing else is assigned to these
    const alone = model.kind === "boolean" || (model.kind === "scalar" && /^(uuid|enum)$/.test(model.type.kind));
    return !side.isDomain(type) && (alone || value.type === type) ? value : null;
  }
  const converted = castTo(encoder, value, model);
  return converted && (side.isDomain(type) ? checked(encoder, converted, type) : converted);
}

/** A domain lets a value through as it is, or raises; which ones is not told, of NULL neither. */
function checked({ logic }: Encoder, value: Value, domain: string): Value | null {
  // a CHECK may tell values apart that are equal
  if (value.kind !== "scalar" || !isExact(value.type.sort)) return null;
  const passes = (term: Scalar["cases"][number]["term"]): Formula => logic.predicate(inDomain(domain), null, [term]);
  const refusesNull = logic.not(logic.predicate(opaqueIsTrue(nullOfDomainKey(domain)), null, []));
  return {
    ...value,
    raises: logic.or(
      value.raises,
      logic.and(value.isNull, refusesNull),
      ...value.cases.map(({ when, term }) => logic.and(when, logic.not(passes(term)))),
    ),
    isNull: logic.and(value.isNull, logic.not(refusesNull)),
    cases: value.cases.map(({ when, term }) => ({ when: logic.and(when, passes(term)), term })),
  };
}

/** Null where the cast is not modelled. */
export function castTo(encoder: Encoder, value: Value, model: TypeModel): Value | null {
  const { logic, values } = encoder;
  if (value.kind === "literal") {
    if (value.text === null) return nullOf(encoder, model);
    if (model.kind === "boolean") return encoder.toCondition(value);
    if (model.kind === "scalar") return coerce(encoder, value, model.type);
    if (model.kind === "array") return arrayLiteral(encoder, value.text, model);
    return model.kind === "json" ? jsonLiteral(encoder, value.text, model) : null;
  }
  if (value.kind === "condition") {
    if (model.kind === "boolean") return value;
    if (model.kind !== "scalar" || model.type !== TYPE.text) return null;
    const known = (when: Formula, text: string): Scalar["cases"][number] => ({
      when,
      term: logic.constant(SORT.text, text),
    });
    return {
      kind: "scalar",
      type: TYPE.text,
      raises: value.raises,
      isNull: values.isNullOf(value),
      cases: [known(value.isTrue, "true"), known(value.isFalse, "false")],
    };
  }
  if (value.kind === "json") return model.kind === "json" && model.plain === value.plain ? value : null;
  if (value.kind === "array") return model.kind === "array" ? castArray(encoder, value, model) : null;
  if (value.kind === "opaque") return null;
  if (value.kind === "lookup") {
    const inner = castTo(encoder, value.value, model);
    return inner && lifted(encoder, value.rows, value.holds, inner);
  }
  const isText = value.type === TYPE.text;
  if (model.kind === "json") return isText ? document(encoder, value, model) : null;
  if (model.kind === "boolean") return isText ? toBoolean(encoder, value) : null;
  return model.kind === "scalar" ? castScalar(encoder, value, model.type) : null;
}

function castScalar(encoder: Encoder, value: Scalar, type: ScalarType): Value | null {
  if (value.type === type) return value;
  // casts of the extension between text and citext relabel; to other types the text is read
  if (type === TYPE.citext) return value.type === TYPE.text ? { ...value, type } : null;
  if (value.type === TYPE.citext)
    return type === TYPE.bpchar ? null : castScalar(encoder, { ...value, type: TYPE.text }, type);
  if (
    value.type.sort === SORT.numeric ||
    value.type.sort === SORT.float ||
    type.sort === SORT.numeric ||
    type.sort === SORT.float
  )
    return castNumber(encoder, value, type);
  // names are texts of another order, and cut to 63 bytes
  if (value.type === TYPE.name) return type === TYPE.text ? { ...value, type } : null;
  if (type === TYPE.name)
    return value.cases.every(({ term }) => term.kind === "constant") ? readScalar(encoder, value, type) : null;
  if (value.type.sort === SORT.bpchar || (type.sort === SORT.bpchar && value.type !== TYPE.text)) return null;
  if (value.type.sort === type.sort)
    return INTEGERS.indexOf(value.type) < INTEGERS.indexOf(type) ? { ...value, type } : constantInt(value, type);
  if (type === TYPE.text) return printed(encoder, value);
  return readScalar(encoder, value, type);
}

/** A text by the input function of the type. */
function readScalar(encoder: Encoder, value: Scalar, type: ScalarType): Value | null {
  const { logic } = encoder;
  if (value.type !== TYPE.text || !encoder.conversions.has(type)) return null;
  // no input function, but a relabelling that cuts nothing
  if (type === TYPE.bpchar && !value.cases.every(({ term }) => term.kind === "constant")) return null;
  const raises: Formula[] = [value.raises];
  const cases: { when: Formula; term: Scalar["cases"][number]["term"] }[] = [];
  for (const { when, term } of value.cases) {
    if (term.kind === "constant") {
      const parsed = coerce(encoder, { kind: "literal", text: String(term.value) }, type);
      if (!parsed) return null;
      raises.push(logic.and(when, parsed.raises));
      cases.push(...parsed.cases.map((one) => ({ when, term: one.term })));
      continue;
    }
    const same = printedInteger(term, type);
    if (same) {
      cases.push({ when, term: same });
      continue;
    }
    const reads = logic.predicate(readable(type), null, [term]);
    raises.push(logic.and(when, logic.not(reads)));
    cases.push({ when: logic.and(when, reads), term: logic.apply(input(type), [term]) });
  }
  return { kind: "scalar", type, raises: logic.or(...raises), isNull: value.isNull, cases };
}

/** The integer that a text was printed from, if the type has it. */
function printedInteger(term: Term, type: ScalarType): Term | null {
  const from = term.kind === "apply" && term.symbol.kind === "output" ? term.symbol.type : null;
  const has = from !== null && INTEGERS.includes(from) && INTEGERS.indexOf(from) <= INTEGERS.indexOf(type);
  return has && term.kind === "apply" ? (term.args[0] ?? null) : null;
}

/**
 * Casts between types of numbers that lose nothing: an integer as numeric, and as float8 where it has 32 bits; real as
 * float8; constants between numeric and float8. Texts are read by the input function.
 */
function castNumber(encoder: Encoder, value: Scalar, type: ScalarType): Value | null {
  const { logic } = encoder;
  if (value.type === TYPE.real && type === TYPE.float8) return { ...value, type };
  if (value.type === TYPE.text) return type === TYPE.real ? null : readScalar(encoder, value, type);
  const isConstant = value.cases.every(({ term }) => term.kind === "constant");
  const fromInteger = INTEGERS.includes(value.type);
  if (type !== TYPE.numeric && type !== TYPE.float8) return null;
  if (!fromInteger)
    return isConstant && value.type !== TYPE.real
      ? {
          ...value,
          type,
          cases: value.cases.map(({ when, term }) => ({
            when,
            term: term.kind === "constant" ? logic.constant(type.sort, term.value) : term,
          })),
        }
      : null;
  if (type === TYPE.float8 && value.type === TYPE.bigint && !isConstant) return null;
  const symbol = widen(type);
  const cases: { when: Formula; term: Scalar["cases"][number]["term"] }[] = [];
  for (const { when, term } of value.cases) {
    if (term.kind === "constant" && Math.abs(Number(term.value)) >= 100_000_000) return null;
    const widened =
      term.kind === "constant"
        ? logic.constant(type.sort, Number(term.value) * NUMERIC_UNIT)
        : logic.apply(symbol, [term]);
    cases.push({ when, term: widened });
  }
  if (!isConstant) noteUninterpreted(encoder.opaques, symbol, { kind: "cast", type: type.key, fromAny: false });
  return { ...value, type, cases };
}

/** A constant may be cast to a narrower type where it fits. */
function constantInt(value: Scalar, type: ScalarType): Value | null {
  const most = type === TYPE.smallint ? 32767 : 2147483647;
  return value.cases.every(({ term }) => term.kind === "constant" && Math.abs(Number(term.value)) <= most)
    ? { ...value, type }
    : null;
}

function printed({ logic }: Encoder, value: Scalar): Scalar {
  return {
    ...value,
    type: TYPE.text,
    cases: value.cases.map(({ when, term }) => ({ when, term: logic.apply(output(value.type), [term]) })),
  };
}

function toBoolean({ logic, values, conversions }: Encoder, value: Scalar): Value {
  const raises: Formula[] = [value.raises];
  const isTrue: Formula[] = [];
  const isFalse: Formula[] = [];
  for (const { when, term } of value.cases) {
    const parsed = term.kind === "constant" ? conversions.get(TYPE.boolean)?.read(String(term.value)) : undefined;
    const reads =
      parsed === undefined ? logic.predicate(readable(TYPE.boolean), null, [term]) : logic.bool(parsed !== null);
    const holds = parsed === undefined ? logic.predicate(READS_TRUE, null, [term]) : logic.bool(parsed === true);
    raises.push(logic.and(when, logic.not(reads)));
    isTrue.push(logic.and(when, reads, holds));
    isFalse.push(logic.and(when, reads, logic.not(holds)));
  }
  const all = logic.or(...raises);
  const settled = logic.not(all);
  return values.condition(all, logic.and(settled, logic.or(...isTrue)), logic.and(settled, logic.or(...isFalse)));
}

/** text::jsonb. The claims setting is taken to hold a JSON object unless it is empty, as PostgREST fills it. */
function document({ logic }: Encoder, value: Scalar, { plain }: Pick<Json, "plain">): Json {
  const raises: Formula[] = [value.raises];
  const cases = value.cases.map(({ when, term }) => {
    const empty = logic.equal(term, logic.constant(SORT.text, ""));
    const claims = term.kind === "setting" && term.name === CLAIMS_SETTING;
    const reads = logic.and(logic.not(empty), claims ? logic.true : logic.predicate(JSON_READABLE, null, [term]));
    raises.push(logic.and(when, logic.not(reads)));
    return { when: logic.and(when, reads), document: term, path: [] };
  });
  return { kind: "json", plain, raises: logic.or(...raises), isNull: value.isNull, cases };
}

/** A constant document: an object, or any other JSON, of which no member can be read. Text that is no JSON raises. */
function jsonLiteral({ logic }: Encoder, text: string, { plain }: Pick<Json, "plain">): Json | null {
  const constant = { kind: "json", plain, raises: logic.false, isNull: logic.false } as const;
  try {
    const read = JSON.stringify(JSON.parse(text));
    return { ...constant, cases: [{ when: logic.true, document: logic.constant(SORT.text, read), path: [] }] };
  } catch {
    return { ...constant, raises: logic.true, cases: [] };
  }
}

/**
 * Elements of an array constant of one dimension, null for NULL (array_in: unquoted elements are trimmed); null where
 * it is more than that.
 */
function arrayElements(text: string): (string | null)[] | null {
  const inner = /^\s*\{([^]*)\}\s*$/.exec(text)?.[1];
  if (inner === undefined) return null;
  if (inner.trim() === "") return [];
  const elements: (string | null)[] = [];
  const element = /\s*(?:"((?:[^"\\]|\\.)*)"|([^",{}\\]+?))\s*(,|$)/gy;
  for (;;) {
    const found = element.exec(inner);
    if (!found) return null;
    if (found[1] !== undefined) elements.push(found[1].replaceAll(/\\(.)/g, "$1"));
    else elements.push(/^null$/i.test(found[2] ?? "") ? null : (found[2] ?? ""));
    if (found[3] === "") return elements;
  }
}

function arrayLiteral(encoder: Encoder, text: string, model: Extract<TypeModel, { kind: "array" }>): ArrayValue | null {
  const { logic } = encoder;
  const parts = arrayElements(text);
  const items = parts?.map((part) => coerce(encoder, { kind: "literal", text: part }, model.element));
  if (!items?.every((item) => item !== null)) return null;
  return {
    kind: "array",
    element: model.element.sort,
    raises: logic.or(...items.map((item) => item.raises)),
    isNull: logic.false,
    cases: [{ when: logic.true, items }],
  };
}

function castArray(
  encoder: Encoder,
  value: ArrayValue,
  model: Extract<TypeModel, { kind: "array" }>,
): ArrayValue | null {
  const { logic } = encoder;
  const raises: Formula[] = [value.raises];
  const cases: ArrayValue["cases"][number][] = [];
  for (const { when, items } of value.cases) {
    if (!isTerm(items)) {
      const cast = items.map((item) => castTo(encoder, item, { kind: "scalar", type: model.element }));
      if (!cast.every((item) => item !== null)) return null;
      raises.push(...cast.map((item) => logic.and(when, item.kind === "scalar" ? item.raises : logic.false)));
      cases.push({ when, items: cast });
    } else if (items.sort.kind === "array" && !isExact(items.sort.element) && model.element.sort !== items.sort.element)
      return null;
    else if (items.sort === arraySort(model.element.sort)) cases.push({ when, items });
    else {
      const reads = logic.predicate(arrayReadable(model.element), null, [items]);
      raises.push(logic.and(when, logic.not(reads)));
      const term = logic.apply(arrayInput(model.element), [items]);
      cases.push({ when: logic.and(when, reads), items: term });
    }
  }
  return { kind: "array", element: model.element.sort, raises: logic.or(...raises), isNull: value.isNull, cases };
}

function nullOf({ logic, values }: Encoder, model: TypeModel): Value | null {
  const none = { raises: logic.false, isNull: logic.true, cases: [] };
  switch (model.kind) {
    case "boolean":
      return values.constant(null);
    case "scalar":
      return { kind: "scalar", type: model.type, ...none };
    case "json":
      return { kind: "json", plain: model.plain, ...none };
    case "array":
      return { kind: "array", element: model.element.sort, ...none };
    case "other":
      return null;
  }
}
