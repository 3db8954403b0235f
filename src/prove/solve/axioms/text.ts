import type { ApplyTerm, ConstantTerm, Formula, Term } from "../../logic/formula.ts";
import { areDisjoint, labelsOf, printConstant, PURE } from "../../logic/functions.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../../logic/sort.ts";
import { fold, input, output, READS_TRUE, readable } from "../../logic/symbol.ts";
import { atomsOf, termsOf, type AxiomContext } from "./context.ts";

/** Enums have their labels alone; folding of case and output functions on the constants that there are. */
export function valueAxioms(context: AxiomContext): void {
  const { logic, conversions, vocabulary, once } = context;
  for (const term of vocabulary.terms) {
    const labels = labelsOf(conversions, term.sort);
    if (labels && term.kind !== "constant")
      once(`value ${term.id}`, () =>
        logic.or(...labels.map((label) => logic.equal(term, logic.constant(term.sort, label)))),
      );
    if (term.kind !== "apply") continue;
    const [arg] = term.args;
    if (!arg) continue;
    if (term.symbol.kind === "fold") foldAxioms(context, term, term.symbol.to, arg);
    if (term.symbol.kind === "output") outputAxioms(context, term, term.symbol.type, arg);
  }
}

function foldAxioms(context: AxiomContext, term: ApplyTerm, to: "lower" | "upper", arg: Term): void {
  const { logic, vocabulary, constants, once } = context;
  for (const constant of constants) {
    const result = PURE[to](String(constant.value));
    if (result === undefined) continue;
    if (vocabulary.mayBeEqual(arg, constant))
      once(`pure ${term.id} ${constant.id}`, () =>
        logic.or(logic.not(logic.equal(arg, constant)), logic.equal(term, logic.constant(SORT.text, result))),
      );
    // a text without letters is lower-cased from itself alone
    if (!/[a-z]/i.test(String(constant.value)) && result === constant.value && vocabulary.mayBeEqual(term, constant))
      once(`alone ${term.id} ${constant.id}`, () =>
        logic.or(logic.not(logic.equal(term, constant)), logic.equal(arg, constant)),
      );
    // nothing is lower-cased to a text that lower-casing would change
    if (result !== constant.value && vocabulary.mayBeEqual(term, constant))
      once(`image ${term.id} ${constant.id}`, () => logic.not(logic.equal(term, constant)));
  }
  // folding the case a second time changes nothing
  for (const other of termsOf(context, term.symbol))
    if (other !== term && vocabulary.mayBeEqual(arg, other))
      once(`twice ${term.id} ${other.id}`, () =>
        logic.or(logic.not(logic.equal(arg, other)), logic.equal(term, other)),
      );
  const printed = arg.kind === "apply" && arg.symbol.kind === "output" ? arg.symbol.type : null;
  // an integer prints without letters
  for (const type of INTEGERS)
    for (const out of termsOf(context, output(type)))
      if (vocabulary.mayBeEqual(term, out) || vocabulary.mayBeEqual(arg, out))
        once(`digits ${term.id} ${out.id}`, () => logic.iff(logic.equal(term, out), logic.equal(arg, out)));
  if (to !== "lower") return;
  if (printed && IN_LOWER_CASE.includes(printed)) once(`low ${term.id}`, () => logic.equal(term, arg));
  // so is a text that is the same as what one prints as
  for (const type of IN_LOWER_CASE)
    for (const out of termsOf(context, output(type)))
      if (out !== arg && vocabulary.mayBeEqual(arg, out))
        once(`low ${term.id} ${out.id}`, () => logic.or(logic.not(logic.equal(arg, out)), logic.equal(term, arg)));
}

/** Integers and uuids are printed in lower case; a date may be one of the years BC. */
const IN_LOWER_CASE: readonly ScalarType[] = [TYPE.uuid, ...INTEGERS];

/** One value, one text; and the constants that a value prints as, or does not. */
function outputAxioms(context: AxiomContext, term: ApplyTerm, type: ScalarType, arg: Term): void {
  const { logic, conversions, vocabulary, constants, once } = context;
  for (const other of termsOf(context, term.symbol)) {
    const [origin] = other.args;
    if (other.id > term.id && origin)
      if (vocabulary.mayBeEqual(term, other) || vocabulary.mayBeEqual(arg, origin))
        once(`print ${term.id} ${other.id}`, () => logic.iff(logic.equal(term, other), logic.equal(arg, origin)));
  }
  for (const out of printedByOthers(context, term))
    if (vocabulary.mayBeEqual(term, out)) once(`apart ${term.id} ${out.id}`, () => logic.not(logic.equal(term, out)));
  const conversion = conversions.get(type);
  if (!conversion) return;
  const { labels } = conversion;
  if (labels)
    once(`label ${term.id}`, () =>
      logic.and(
        ...labels.map((label) =>
          logic.iff(
            logic.equal(term, logic.constant(SORT.text, label)),
            logic.equal(arg, logic.constant(type.sort, label)),
          ),
        ),
      ),
    );
  for (const constant of constants) {
    if (!vocabulary.mayBeEqual(term, constant)) continue;
    const printed = printedFrom(type, constant, conversion.read(String(constant.value)));
    if (printed === "open") continue;
    once(`printed ${term.id} ${constant.id}`, () =>
      printed === "nothing"
        ? logic.not(logic.equal(term, constant))
        : logic.iff(logic.equal(term, constant), logic.equal(arg, logic.constant(type.sort, printed.value))),
    );
  }
}

/** What types print that print no text in common with the type of the term, of each two types once. */
function* printedByOthers({ applies }: AxiomContext, term: ApplyTerm): Generator<ApplyTerm> {
  for (const [first, ...others] of applies.values()) {
    if (first?.symbol.kind !== "output" || term.symbol.kind !== "output") continue;
    const [one, other] = [term.symbol.type, first.symbol.type];
    if (other.key < one.key && areDisjoint(one, other)) yield* [first, ...others];
  }
}

/** The one value that prints as the constant, given what the constant is read as; `open` where that is not known. */
function printedFrom(
  type: ScalarType,
  constant: ConstantTerm,
  read: string | number | boolean | null | undefined,
): { value: string | number } | "nothing" | "open" {
  if (read === null) return "nothing";
  if (read === undefined || typeof read === "boolean") return "open";
  const canonical = printConstant(type.sort, read);
  if (canonical === undefined) return "open";
  return canonical === constant.value ? { value: read } : "nothing";
}

/** Booleans, uuids and numbers are read in any case (parse_bool_with_len compares without it). */
export function caseAxioms(context: AxiomContext): void {
  const { logic, once } = context;
  for (const type of [TYPE.boolean, TYPE.uuid, ...INTEGERS]) {
    const read = new Set(
      [
        ...atomsOf(context, readable(type)),
        ...(type === TYPE.boolean ? atomsOf(context, READS_TRUE) : []),
        ...termsOf(context, input(type)),
      ].map((use) => use.args[0]),
    );
    for (const text of [...termsOf(context, fold("lower")), ...termsOf(context, fold("upper"))]) {
      const [arg] = text.args;
      if (!arg || (!read.has(text) && !read.has(arg))) continue;
      const ok = (of: Term): Formula => logic.predicate(readable(type), null, [of]);
      const truth = (of: Term): Formula => logic.predicate(READS_TRUE, null, [of]);
      const value = (of: Term): Term => logic.apply(input(type), [of]);
      once(`any case ${text.id} ${type.key}`, () =>
        logic.and(
          logic.iff(ok(text), ok(arg)),
          type === TYPE.boolean ? logic.iff(truth(text), truth(arg)) : logic.equal(value(text), value(arg)),
        ),
      );
    }
  }
}
