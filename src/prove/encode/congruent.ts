import type { PgFunction } from "../../pg/catalog.ts";
import type { Expr } from "../../pg/expr/node.ts";
import type { Formula, Term } from "../logic/logic.ts";
import type { Encoder } from "./encoder.ts";
import type { Frame } from "./frame.ts";
import { coerce } from "./literal.ts";
import type { Value } from "./value.ts";

/**
 * A call of a STABLE or IMMUTABLE function whose body is not read: the same arguments give the same, on both sides when the function and all
 * that it reads mean the same there. Null where an argument or the result is of a type that is not modelled, or the function is VOLATILE.
 */
export function congruentCall(encoder: Encoder, fn: PgFunction, args: readonly Expr[], frame: Frame): Value | null {
  const { logic, values } = encoder;
  const result = encoder.side.types(fn.result);
  if (fn.volatility === "volatile" || fn.kind !== "function" || (result.kind !== "boolean" && result.kind !== "scalar"))
    return null;
  const called = `${fn.schema}.${fn.name}`;
  const raises: Formula[] = [];
  // for every way in which arguments are NULL or one of their cases
  let ways: { when: Formula; terms: Term[]; pattern: string }[] = [{ when: logic.true, terms: [], pattern: "" }];
  for (const [index, arg] of args.entries()) {
    const cases = argumentCases(encoder, encoder.expression(arg, frame), fn.argumentTypes[index] ?? "");
    if (!cases) return null;
    raises.push(cases.raises);
    ways = ways.flatMap(({ when, terms, pattern }) =>
      cases.of.flatMap((one) => {
        const both = logic.and(when, one.when);
        return both === logic.false
          ? []
          : [{ when: both, terms: [...terms, ...one.terms], pattern: `${pattern}${one.pattern},` }];
      }),
    );
  }
  const isUnchanged = encoder.isUnchanged(`function ${called}`);
  const name = (pattern: string): string =>
    `call ${called}(${fn.argumentTypes.join(",")}) with ${pattern || "nothing"} for ${frame.role}${isUnchanged ? "" : ` ${encoder.name}`}`;
  for (const { pattern } of ways)
    if (!encoder.opaques.has(name(pattern)))
      encoder.opaques.set(name(pattern), {
        reason: {
          kind: "unsupported",
          message: `the body of ${called}() is not one expression or query in SQL`,
          expression: `${called}()`,
          at: frame.calls.at(-1) ?? null,
        },
        settings: [...fn.body.matchAll(/current_setting\(\s*'([^']+)'/gi)].map((found) =>
          (found[1] ?? "").toLowerCase(),
        ),
      });
  const about = (what: string, way: (typeof ways)[number]): Formula =>
    logic.predicate(`${what} ${name(way.pattern)}`, null, way.terms);
  const isNull = (way: (typeof ways)[number]): Formula =>
    fn.strict && way.pattern.includes("null") ? logic.true : about("null", way);
  // taken not to raise of itself: nothing is known of that
  const raised = logic.or(...raises);
  const settled = logic.not(raised);
  if (result.kind === "boolean") {
    const over = (sign: boolean): Formula =>
      logic.or(
        ...ways.map((way) => {
          const holds = about("true", way);
          return logic.and(settled, way.when, logic.not(isNull(way)), sign ? holds : logic.not(holds));
        }),
      );
    return values.condition(raised, over(true), over(false));
  }
  const cases = ways.map((way) => ({
    when: logic.and(way.when, logic.not(isNull(way))),
    term: logic.apply(result.sort, `value ${name(way.pattern)}`, way.terms),
  }));
  return {
    kind: "scalar",
    sort: result.sort,
    type: result.type,
    raises: raised,
    isNull: logic.not(logic.or(...cases.map(({ when }) => when))),
    cases,
  };
}

/** An argument's value case by case, with what tells the cases apart that are no terms: NULL, true, false. */
function argumentCases(
  encoder: Encoder,
  given: Value,
  type: string,
): { raises: Formula; of: { when: Formula; terms: Term[]; pattern: string }[] } | null {
  const { logic, values } = encoder;
  const model = encoder.side.types(type);
  const value =
    given.kind !== "literal"
      ? given
      : model.kind === "boolean"
        ? encoder.toCondition(given)
        : model.kind === "scalar"
          ? coerce(encoder, given, model.sort, model.type)
          : null;
  if (value?.kind === "condition")
    return {
      raises: value.raises,
      of: [
        { when: value.isTrue, terms: [], pattern: "true" },
        { when: value.isFalse, terms: [], pattern: "false" },
        { when: values.isNullOf(value), terms: [], pattern: "null" },
      ],
    };
  if (value?.kind !== "scalar") return null;
  return {
    raises: value.raises,
    of: [
      ...value.cases.map(({ when, term }) => ({ when, terms: [term], pattern: "value" })),
      { when: logic.and(logic.not(value.raises), value.isNull), terms: [], pattern: "null" },
    ],
  };
}
