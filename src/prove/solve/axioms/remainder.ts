import type { AxiomContext } from "./context.ts";

/**
 * The remainder of an integer: less than the divisor, with the sign of the integer, and the integer itself where that is
 * less than the divisor (manual, 9.3; measured on 15 and 18 in `test/prove/logic/interpreted.test.ts`).
 */
export function remainderAxioms({ logic, vocabulary, once }: AxiomContext): void {
  for (const term of vocabulary.terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "remainder") continue;
    const [of] = term.args;
    const most = term.symbol.divisor - 1;
    if (!of) continue;
    once(`remainder ${term.id}`, () => {
      const [isPositive, isNegative] = [logic.difference(null, of, -1), logic.difference(of, null, -1)];
      const isSmall = logic.and(logic.difference(of, null, most), logic.difference(null, of, most));
      return logic.and(
        logic.difference(term, null, most),
        logic.difference(null, term, most),
        logic.or(isNegative, logic.and(logic.difference(null, term, 0), logic.difference(term, of, 0))),
        logic.or(isPositive, logic.and(logic.difference(term, null, 0), logic.difference(of, term, 0))),
        logic.or(logic.not(isSmall), logic.equal(term, of)),
      );
    });
  }
}
