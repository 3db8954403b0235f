import type { ApplyTerm, Formula, Term } from "../../logic/formula.ts";
import { splitText } from "../../logic/functions.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../../logic/sort.ts";
import {
  ARRAY_EMPTY,
  ARRAY_HAS_NULL,
  ARRAY_MEMBER,
  arrayInput,
  arrayReadable,
  input,
  output,
  readable,
} from "../../logic/symbol.ts";
import { atomsOf, signed, type AxiomContext } from "./context.ts";

/**
 * string_to_array gives no NULL, and nothing exactly for the empty text; a cast of an array keeps NULLs, and what is
 * empty.
 */
export function arrayAxioms(context: AxiomContext): void {
  const { logic, vocabulary, once } = context;
  const isEmpty = (array: Term): Formula => logic.predicate(ARRAY_EMPTY, null, [array]);
  const hasNull = (array: Term): Formula => logic.predicate(ARRAY_HAS_NULL, null, [array]);
  for (const term of vocabulary.terms) {
    if (term.kind !== "apply") continue;
    const [arg] = term.args;
    if (!arg) continue;
    const { symbol } = term;
    if (symbol.kind === "split") {
      once(`split null ${term.id}`, () => logic.not(hasNull(term)));
      once(`split empty ${term.id}`, () => logic.iff(isEmpty(term), logic.equal(arg, logic.constant(SORT.text, ""))));
    } else if (symbol.kind === "array input") {
      const unread = logic.not(logic.predicate(arrayReadable(symbol.element), null, [arg]));
      once(`cast null ${term.id}`, () => logic.or(unread, logic.iff(hasNull(term), hasNull(arg))));
      once(`cast empty ${term.id}`, () => logic.or(unread, logic.iff(isEmpty(term), isEmpty(arg))));
    }
  }
  for (const predicate of vocabulary.predicates) {
    const [first, second] = predicate.args;
    if (predicate.symbol.kind === "array member" && second)
      once(`member ${predicate.id}`, () => logic.or(logic.not(predicate), logic.not(isEmpty(second))));
    if (predicate.symbol.kind === "array has null" && first)
      once(`null member ${predicate.id}`, () => logic.or(logic.not(predicate), logic.not(isEmpty(first))));
  }
  for (const cast of vocabulary.predicates) {
    const [array] = cast.args;
    if (cast.symbol.kind !== "array readable" || !array) continue;
    const { element } = cast.symbol;
    const into = logic.apply(arrayInput(element), [array]);
    for (const member of atomsOf(context, ARRAY_MEMBER)) {
      const [one, of] = member.args;
      if (!one || of !== array || one.sort !== SORT.text) continue;
      const read = logic.predicate(ARRAY_MEMBER, null, [logic.apply(input(element), [one]), into]);
      once(`cast ${member.id} ${cast.id}`, () =>
        logic.or(logic.not(member), logic.not(cast), logic.and(logic.predicate(readable(element), null, [one]), read)),
      );
    }
  }
  splitConstants(context);
  for (const { array, text, element, isOne } of ofOnePart(context)) {
    const value = element === null ? text : logic.apply(input(element), [text]);
    if (element !== null)
      once(`one part ${array.id} ${isOne.id}`, () =>
        logic.or(
          logic.not(isOne),
          logic.iff(
            logic.predicate(arrayReadable(element), null, array.args),
            logic.predicate(readable(element), null, [text]),
          ),
        ),
      );
    for (const member of atomsOf(context, ARRAY_MEMBER)) {
      const [one, of] = member.args;
      if (of !== array || !one || one.sort !== value.sort) continue;
      const reads = element === null ? logic.true : logic.predicate(readable(element), null, [text]);
      once(`only part ${member.id} ${isOne.id}`, () =>
        logic.or(logic.not(isOne), logic.not(reads), logic.iff(member, logic.equal(one, value))),
      );
    }
  }
}

/** Every array whose text may be a constant, as far as members or the cast are spoken of. */
function splitConstants(context: AxiomContext): void {
  const { logic, vocabulary, constants, conversions, once } = context;
  for (const array of vocabulary.terms) {
    const found = array.kind === "apply" ? splitOf(array) : null;
    if (!found) continue;
    const { text, separator, element, split } = found;
    const conversion = element === null ? null : conversions.get(element);
    for (const constant of constants) {
      if (!vocabulary.mayBeEqual(text, constant)) continue;
      const parts = splitText(String(constant.value), separator);
      const read = element === null ? parts : parts.map((part) => conversion?.read(part));
      const differs = logic.not(logic.equal(text, constant));
      if (element !== null && read.every((value) => value !== undefined))
        once(`constant readable ${array.id} ${constant.id}`, () =>
          logic.or(
            differs,
            signed(logic, logic.predicate(arrayReadable(element), null, [split]), !read.includes(null)),
          ),
        );
      const values = read.filter((value) => typeof value === "string" || typeof value === "number");
      if (values.length < read.length) continue;
      for (const member of atomsOf(context, ARRAY_MEMBER)) {
        const [one, of] = member.args;
        if (of !== array || !one || array.sort.kind !== "array" || one.sort !== array.sort.element) continue;
        once(`constant member ${member.id} ${constant.id}`, () => {
          const same = values.map((value) => logic.equal(one, logic.constant(one.sort, value)));
          return logic.or(differs, logic.iff(member, logic.or(...same)));
        });
      }
    }
  }
}

interface Split {
  text: Term;
  separator: string;
  /** the array that string_to_array gives */
  split: ApplyTerm;
  /** of a cast of that array */
  element: ScalarType | null;
}

function splitOf(array: ApplyTerm): Split | null {
  const element = array.symbol.kind === "array input" ? array.symbol.element : null;
  const split = element === null ? array : array.args[0];
  const [text] = split?.kind === "apply" ? split.args : [];
  return split?.kind === "apply" && split.symbol.kind === "split" && text
    ? { text, separator: split.symbol.separator, split, element }
    : null;
}

interface OnePart {
  /** `string_to_array(text, …)`, cast to an array of the element type if there is one */
  array: ApplyTerm;
  text: Term;
  element: ScalarType | null;
  /** the text has no separator, for one of the reasons that there are */
  isOne: Formula;
}

/**
 * A text is its own one part where it has no separator: one that an input function reads, or an output function prints,
 * and one that is itself a part of a text which is split alike.
 */
function ofOnePart(context: AxiomContext): OnePart[] {
  const { logic, vocabulary, applies } = context;
  const tests = WITHOUT_SEPARATOR.flatMap((type) => atomsOf(context, readable(type)));
  const printed = WITHOUT_SEPARATOR.flatMap((type) => applies.get(output(type).key) ?? []);
  const members = atomsOf(context, ARRAY_MEMBER);
  const found: OnePart[] = [];
  for (const array of vocabulary.terms) {
    if (array.kind !== "apply") continue;
    const split = splitOf(array);
    if (!split) continue;
    const { text, element, separator } = split;
    const mayBe = (other: Term): boolean => vocabulary.mayBeEqual(text, other);
    const add = (where: Formula, same: Term): void =>
      void found.push({ array, text, element, isOne: logic.and(where, logic.equal(text, same)) });
    for (const member of members) {
      const [one, of] = member.args;
      const from = of?.kind === "apply" && of.symbol.kind === "split" && of.symbol.separator === separator;
      if (one && from && mayBe(one))
        add(logic.and(member, logic.not(logic.equal(text, logic.constant(SORT.text, "")))), one);
    }
    if (!/^[,;|/]$/.test(separator)) continue;
    for (const out of printed) if (mayBe(out)) add(logic.true, out);
    for (const test of tests) if (test.args[0] && mayBe(test.args[0])) add(test, test.args[0]);
  }
  return found;
}

/** No text that these types read holds a comma, a semicolon, a bar or a slash (manual, 8.1.1, 8.6 and 8.12). */
const WITHOUT_SEPARATOR: readonly ScalarType[] = [TYPE.boolean, TYPE.uuid, ...INTEGERS];
