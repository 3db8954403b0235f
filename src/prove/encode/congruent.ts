import type { PgFunction } from "../../pg/catalog.ts";
import type { Expr } from "../../pg/expr/node.ts";
import { functionKey, nameKey } from "../../pg/name.ts";
import type { Formula, Term } from "../logic/formula.ts";
import { isExact } from "../logic/sort.ts";
import { opaqueIsNull, opaqueIsTrue, opaqueValue, type OpaqueKey } from "../logic/symbol.ts";
import { reasonOf, type Unmodelled } from "../unmodelled.ts";
import type { Encoder } from "./context.ts";
import type { Frame } from "./frame.ts";
import { unlessLeftOut } from "./left-out.ts";
import { coerce } from "./literal.ts";
import { callKey, type ArgumentForm } from "./opaque-key.ts";
import { settingsNamedIn } from "./opaque-facts.ts";
import type { Value } from "./value.ts";

/** One way in which arguments are NULL or one of their cases. */
interface Way {
  when: Formula;
  terms: readonly Term[];
  forms: readonly ArgumentForm[];
}

/**
 * A call of a STABLE or IMMUTABLE function whose body is not read: the same arguments give the same, on both sides when
 * the function and all that it reads mean the same there. Null where an argument or the result is of a type that is not
 * modelled, or the function is VOLATILE.
 */
export function congruentCall(encoder: Encoder, fn: PgFunction, args: readonly Expr[], frame: Frame): Value | null {
  const { logic, values } = encoder;
  const result = encoder.side.types(fn.result);
  if (fn.volatility === "volatile" || fn.kind !== "function" || (result.kind !== "boolean" && result.kind !== "scalar"))
    return null;
  const given = waysOf(encoder, fn, args, frame);
  if (!given) return null;
  const side = encoder.isUnchanged({ kind: "function", name: nameKey(fn) }) ? null : encoder.name;
  const ways = given.ways.map((way) => ({
    ...way,
    key: callKey({ fn: functionKey(fn), forms: way.forms, role: frame.role, side }),
  }));
  for (const { key } of ways) noteCall(encoder, key, fn, frame);
  const isNull = ({ key, terms, forms }: (typeof ways)[number]): Formula =>
    fn.strict && forms.includes("null") ? logic.true : logic.predicate(opaqueIsNull(key), null, terms);
  // taken not to raise of itself: nothing is known of that
  const isLeftOut = fn.language === "sql" || (fn.strict && ways.every(({ forms }) => forms.includes("null")));
  const raises = isLeftOut ? unlessLeftOut(logic, given.raises) : given.raises;
  const settled = logic.not(raises);
  if (result.kind === "boolean") {
    const over = (sign: boolean): Formula =>
      logic.or(
        ...ways.map((way) => {
          const holds = logic.predicate(opaqueIsTrue(way.key), null, way.terms);
          return logic.and(settled, way.when, logic.not(isNull(way)), sign ? holds : logic.not(holds));
        }),
      );
    return values.condition(raises, over(true), over(false));
  }
  const { type } = result;
  const cases = ways.map((way) => ({
    when: logic.and(way.when, logic.not(isNull(way))),
    term: logic.apply(opaqueValue(way.key, type.sort), way.terms),
  }));
  return { kind: "scalar", type, raises, isNull: logic.not(logic.or(...cases.map(({ when }) => when))), cases };
}

function waysOf(
  encoder: Encoder,
  fn: PgFunction,
  args: readonly Expr[],
  frame: Frame,
): { raises: Formula; ways: Way[] } | null {
  const { logic } = encoder;
  const raises: Formula[] = [];
  let ways: Way[] = [{ when: logic.true, terms: [], forms: [] }];
  for (const [index, arg] of args.entries()) {
    const cases = argumentCases(encoder, encoder.expression(arg, frame), fn.argumentTypes[index] ?? "");
    if (!cases) return null;
    raises.push(cases.raises);
    ways = ways.flatMap(({ when, terms, forms }) =>
      cases.of.flatMap((one) => {
        const both = logic.and(when, one.when);
        return both === logic.false
          ? []
          : [{ when: both, terms: [...terms, ...one.terms], forms: [...forms, one.form] }];
      }),
    );
  }
  return { raises: logic.or(...raises), ways };
}

function noteCall({ opaques }: Encoder, key: OpaqueKey, fn: PgFunction, frame: Frame): void {
  if (opaques.has(key)) return;
  const name = nameKey(fn);
  const why: Unmodelled = { kind: "body", name };
  opaques.set(key, {
    why,
    reason: reasonOf(why, { expression: `${name}()`, at: frame.calls.at(-1) ?? null }),
    settings: settingsNamedIn(fn.body),
  });
}

/** An argument's value case by case, with what tells the cases apart that are no terms: NULL, true, false. */
function argumentCases(
  encoder: Encoder,
  given: Value,
  type: string,
): { raises: Formula; of: { when: Formula; terms: readonly Term[]; form: ArgumentForm }[] } | null {
  const { logic, values } = encoder;
  const model = encoder.side.types(type);
  const value =
    given.kind !== "literal"
      ? given
      : model.kind === "boolean"
        ? encoder.toCondition(given)
        : model.kind === "scalar"
          ? coerce(encoder, given, model.type)
          : null;
  if (value?.kind === "condition")
    return {
      raises: value.raises,
      of: [
        { when: value.isTrue, terms: [], form: "true" },
        { when: value.isFalse, terms: [], form: "false" },
        { when: values.isNullOf(value), terms: [], form: "null" },
      ],
    };
  if (value?.kind !== "scalar" || !isExact(value.type.sort)) return null;
  return {
    raises: value.raises,
    of: [
      ...value.cases.map(({ when, term }) => ({ when, terms: [term], form: "value" as const })),
      { when: logic.and(logic.not(value.raises), value.isNull), terms: [], form: "null" },
    ],
  };
}
