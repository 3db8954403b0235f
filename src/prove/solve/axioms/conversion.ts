import type { ApplyTerm, Formula, Term } from "../../logic/formula.ts";
import { areDisjoint, type Conversion } from "../../logic/functions.ts";
import { INTEGERS, TYPE, type ScalarType } from "../../logic/sort.ts";
import { input, READS_TRUE, readable } from "../../logic/symbol.ts";
import { atomsOf, signed, termsOf, type AxiomContext } from "./context.ts";

/**
 * Input functions on constants, on what output functions printed, on what another type reads, and on the labels of
 * enums.
 */
export function conversionAxioms(context: AxiomContext): void {
  const printed = [...context.applies.values()].flat().filter(({ symbol }) => symbol.kind === "output");
  for (const conversion of context.conversions.values())
    for (const text of textsOf(context, conversion.type)) {
      readsConstants(context, conversion, text);
      readsPrinted(context, conversion.type, text, printed);
      readsAsOneType(context, conversion.type, text);
      readsLabels(context, conversion, text);
    }
  numbersAndBooleans(context);
}

/** Every text that the type's input function is about. */
function textsOf(context: AxiomContext, type: ScalarType): ReadonlySet<Term> {
  const uses = [
    ...termsOf(context, input(type)),
    ...(type === TYPE.boolean ? atomsOf(context, READS_TRUE) : []),
    ...atomsOf(context, readable(type)),
  ];
  return new Set(uses.map((use) => use.args[0]).filter((arg) => arg !== undefined));
}

const isReadable = ({ logic }: AxiomContext, type: ScalarType, text: Term): Formula =>
  logic.predicate(readable(type), null, [text]);

function readsConstants(context: AxiomContext, { type, read }: Conversion, text: Term): void {
  const { logic, vocabulary, constants, once } = context;
  const ok = isReadable(context, type, text);
  for (const constant of constants) {
    if (!vocabulary.mayBeEqual(text, constant)) continue;
    const parsed = read(String(constant.value));
    if (parsed === undefined) continue;
    once(`reads ${text.id} ${constant.id} ${type.key}`, () => {
      const facts =
        parsed === null
          ? logic.not(ok)
          : typeof parsed === "boolean"
            ? logic.and(ok, signed(logic, logic.predicate(READS_TRUE, null, [text]), parsed))
            : logic.and(ok, logic.equal(logic.apply(input(type), [text]), logic.constant(type.sort, parsed)));
      return logic.or(logic.not(logic.equal(text, constant)), facts);
    });
  }
}

/**
 * The text that an output function printed is read back as the same value, by its own type; no uuid reads as a number
 * or a boolean.
 */
function readsPrinted(context: AxiomContext, type: ScalarType, text: Term, printed: readonly ApplyTerm[]): void {
  const { logic, vocabulary, once } = context;
  const ok = isReadable(context, type, text);
  for (const out of printed) {
    const [origin] = out.args;
    if (out.symbol.kind !== "output" || !origin || !vocabulary.mayBeEqual(text, out)) continue;
    if (out.symbol.type === type || fitsInto(out.symbol.type, type))
      once(`back ${text.id} ${out.id} ${type.key}`, () => {
        const value = logic.apply(input(type), [text]);
        return logic.or(logic.not(logic.equal(text, out)), logic.and(ok, logic.equal(value, origin)));
      });
    else if (areDisjoint(type, out.symbol.type))
      once(`not ${text.id} ${out.id} ${type.key}`, () => logic.or(logic.not(logic.equal(text, out)), logic.not(ok)));
  }
}

const APART: readonly ScalarType[] = [TYPE.uuid, ...INTEGERS, TYPE.boolean, TYPE.date];

/** No text is read by two types that have none in common. */
function readsAsOneType(context: AxiomContext, type: ScalarType, text: Term): void {
  const { logic, vocabulary, once } = context;
  for (const other of APART) {
    if (other.key >= type.key || !areDisjoint(type, other)) continue;
    for (const test of atomsOf(context, readable(other))) {
      const [same] = test.args;
      if (same && vocabulary.mayBeEqual(text, same))
        once(`either ${text.id} ${test.id} ${type.key}`, () =>
          logic.or(logic.not(logic.equal(text, same)), logic.not(isReadable(context, type, text)), logic.not(test)),
        );
    }
  }
}

function readsLabels(context: AxiomContext, { type, labels }: Conversion, text: Term): void {
  const { logic, once } = context;
  if (labels)
    once(`labels ${text.id} ${type.key}`, () =>
      logic.iff(
        isReadable(context, type, text),
        logic.or(...labels.map((label) => logic.equal(text, logic.constant(TYPE.text.sort, label)))),
      ),
    );
}

/** A text that is both a number and a boolean is 1 or 0. */
function numbersAndBooleans(context: AxiomContext): void {
  const { logic, vocabulary, once } = context;
  for (const type of INTEGERS)
    for (const test of atomsOf(context, readable(type)))
      for (const other of atomsOf(context, readable(TYPE.boolean))) {
        const [text, same] = [test.args[0], other.args[0]];
        if (!text || !same || !vocabulary.mayBeEqual(text, same)) continue;
        const truth = logic.predicate(READS_TRUE, null, [same]);
        const is = (value: number): Formula =>
          logic.equal(logic.apply(input(type), [text]), logic.constant(type.sort, value));
        once(`number and boolean ${text.id} ${same.id} ${type.key}`, () =>
          logic.or(
            logic.not(logic.equal(text, same)),
            logic.not(test),
            logic.not(other),
            logic.and(truth, is(1)),
            logic.and(logic.not(truth), is(0)),
          ),
        );
      }
}

/** Every value of one integer type is one of the other too. */
const fitsInto = (narrow: ScalarType, wide: ScalarType): boolean =>
  INTEGERS.includes(narrow) && INTEGERS.indexOf(narrow) <= INTEGERS.indexOf(wide);
