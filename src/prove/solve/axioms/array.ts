import type { Formula, Term } from "../../logic/formula.ts";
import { INTEGERS, SORT, TYPE, type ScalarType } from "../../logic/sort.ts";
import { ARRAY_EMPTY, ARRAY_HAS_NULL, arrayReadable, readable } from "../../logic/symbol.ts";
import { atomsOf, type AxiomContext } from "./context.ts";

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
  splitReadable(context);
}

/**
 * A text that an input function reads and that has no separator in it is its own one part: an array of it is read as
 * the text is.
 */
function splitReadable(context: AxiomContext): void {
  const { logic, vocabulary, once } = context;
  for (const predicate of vocabulary.predicates) {
    const [array] = predicate.args;
    if (predicate.symbol.kind !== "array readable" || array?.kind !== "apply" || array.symbol.kind !== "split")
      continue;
    const [text] = array.args;
    const { symbol } = predicate;
    if (!text || !/^[,;|/]$/.test(array.symbol.separator)) continue;
    for (const type of WITHOUT_SEPARATOR)
      for (const test of atomsOf(context, readable(type))) {
        const [same] = test.args;
        if (!same || !vocabulary.mayBeEqual(text, same)) continue;
        once(`one part ${predicate.id} ${test.id}`, () =>
          logic.or(
            logic.not(logic.equal(text, same)),
            logic.not(test),
            logic.iff(predicate, logic.predicate(readable(symbol.element), null, [text])),
          ),
        );
      }
  }
}

/** No text that these types read holds a comma, a semicolon, a bar or a slash (manual, 8.1.1, 8.6 and 8.12). */
const WITHOUT_SEPARATOR: readonly ScalarType[] = [TYPE.boolean, TYPE.uuid, ...INTEGERS];
