import type { Expr } from "../../pg/expr/node.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { PURE } from "../logic/functions.ts";
import { language } from "../logic/language.ts";
import { SORT, TYPE } from "../logic/sort.ts";
import { fold, textFunction, textOperator, type TextOperator } from "../logic/symbol.ts";
import { isCitext } from "./called.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { noteUninterpreted } from "./opaque.ts";
import type { Condition, Scalar, Value } from "./value.ts";

/** Strict functions of texts and numbers that raise on no value and give a text: the same for the same. */
export const TEXT_FUNCTIONS: ReadonlySet<string> = new Set([
  "lower",
  "upper",
  "btrim",
  "ltrim",
  "rtrim",
  "replace",
  "md5",
  "left",
  "right",
  "reverse",
  "initcap",
  "translate",
]);

/** Functions for which an argument of type citext is cast to text: the extension has none of that name. */
const CASTS_CITEXT: ReadonlySet<string> = new Set(["lower", "upper", "btrim", "ltrim", "rtrim", "md5", "initcap"]);

export function encodeTextFunction(encoder: Encoder, name: string, args: readonly Expr[], frame: Frame): Scalar | null {
  const { logic } = encoder;
  let combined: { when: Formula; terms: Term[] }[] = [{ when: logic.true, terms: [] }];
  const raises: Formula[] = [];
  const nulls: Formula[] = [];
  for (const arg of args) {
    const value = encoder.expression(arg, frame);
    if (value.kind === "literal" && value.text !== null) {
      const term = logic.constant(SORT.text, value.text);
      combined = combined.map(({ when, terms }) => ({ when, terms: [...terms, term] }));
      continue;
    }
    // citext has overloads of its own of some
    if (isCitext(value) && !CASTS_CITEXT.has(name)) return null;
    if (value.kind !== "scalar" || (value.type.sort !== SORT.text && value.type.sort !== SORT.int)) return null;
    raises.push(value.raises);
    nulls.push(value.isNull);
    encoder.tick();
    combined = combined.flatMap(({ when, terms }) =>
      value.cases.map((one) => ({ when: logic.and(when, one.when), terms: [...terms, one.term] })),
    );
  }
  const symbol = name === "lower" || name === "upper" ? fold(name) : textFunction(name);
  if (symbol.kind === "text function")
    noteUninterpreted(encoder.opaques, symbol, { kind: "uninterpreted", name: `${name}()` });
  return {
    kind: "scalar",
    type: TYPE.text,
    raises: logic.or(...raises),
    isNull: logic.or(...nulls),
    cases: combined.map(({ when, terms }) => {
      const [only] = terms;
      // folding the case a second time changes nothing
      const folded = symbol.kind === "fold" && only?.kind === "apply" && only.symbol.key === symbol.key;
      return { when, term: folded ? only : logic.apply(symbol, terms) };
    }),
  };
}

/** `lower(text)` of the default collation, which the operators of citext compare by (citext.c). */
export function inLowerCase({ logic }: Encoder, term: Term): Term {
  const folded = term.kind === "constant" ? PURE.lower(String(term.value)) : undefined;
  return folded === undefined ? logic.apply(fold("lower"), [term]) : logic.constant(SORT.text, folded);
}

const asText = (value: Value): Value => (isCitext(value) ? { ...value, type: TYPE.text } : value);

/** What the extension's operators of citext, with citext or text, call; of `^@` it has none (citext--1.4.sql). */
const IGNORES_CASE: Readonly<Partial<Record<TextOperator, TextOperator>>> = {
  "~~": "~~*",
  "~~*": "~~*",
  "~": "~*",
  "~*": "~*",
};

/** A strict predicate over two texts. Null where one is no text, or the pattern is not constant. */
export function encodeTextOperator(
  encoder: Encoder,
  operator: TextOperator,
  left: Value,
  right: Value,
): Condition | null {
  const { logic, values } = encoder;
  if (isCitext(left)) {
    const insensitive = IGNORES_CASE[operator];
    return insensitive ? encodeTextOperator(encoder, insensitive, asText(left), asText(right)) : null;
  }
  const [a, b] = [toText(encoder, left), toText(encoder, right)];
  // a pattern that is not constant may end in a lone backslash, which raises
  if (!a || !b || b.cases.some(({ term }) => term.kind !== "constant" || String(term.value).endsWith("\\")))
    return null;
  // a regular expression that is not read may be none, which raises
  const isRegex = operator === "~" || operator === "~*";
  if (isRegex && b.cases.some(({ term }) => term.kind === "constant" && !language(operator, String(term.value))))
    return null;
  const raises = logic.or(a.raises, b.raises);
  const settled = logic.not(raises);
  const symbol = textOperator(operator);
  if (!b.cases.every(({ term }) => term.kind === "constant" && language(operator, String(term.value))))
    noteUninterpreted(encoder.opaques, symbol, { kind: "uninterpreted", name: operator });
  const over = (sign: boolean): Formula =>
    logic.or(
      ...a.cases.flatMap((one) =>
        b.cases.map((two) => {
          const holds = logic.predicate(symbol, null, [one.term, two.term]);
          return logic.and(settled, one.when, two.when, sign ? holds : logic.not(holds));
        }),
      ),
    );
  return values.condition(raises, over(true), over(false));
}

function toText({ logic }: Encoder, value: Value): Scalar | null {
  if (value.kind === "scalar") return value.type === TYPE.text ? value : null;
  if (value.kind !== "literal") return null;
  return {
    kind: "scalar",
    type: TYPE.text,
    raises: logic.false,
    isNull: logic.bool(value.text === null),
    cases: value.text === null ? [] : [{ when: logic.true, term: logic.constant(SORT.text, value.text) }],
  };
}
