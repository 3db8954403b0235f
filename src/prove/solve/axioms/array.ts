import type { Formula, Term } from "../../logic/formula.ts";
import { SORT } from "../../logic/sort.ts";
import { ARRAY_EMPTY, ARRAY_HAS_NULL, arrayReadable } from "../../logic/symbol.ts";
import type { AxiomContext } from "./context.ts";

/**
 * string_to_array gives no NULL, and nothing exactly for the empty text; a cast of an array keeps NULLs, and what is
 * empty.
 */
export function arrayAxioms({ logic, vocabulary, once }: AxiomContext): void {
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
}
