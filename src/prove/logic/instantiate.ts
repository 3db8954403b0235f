import type { BoundRow, Formula, Row, Term } from "./formula.ts";
import { bit, type Logic } from "./logic.ts";

/** The formula with a constant row in the place of a bound one. */
export function instantiate(logic: Logic, formula: Formula, bound: BoundRow, row: Row): Formula {
  if ((formula.open & bit(bound)) === 0) return formula;
  const cache = logic.instancesOf(bound, row);
  const inTerm = (term: Term): Term => {
    if ((term.open & bit(bound)) === 0) return term;
    const known = cache.terms.get(term);
    if (known) return known;
    const made = termInstance(term);
    cache.terms.set(term, made);
    return made;
  };
  const termInstance = (term: Term): Term => {
    if (term.kind === "column") return logic.column(term.sort, term.row === bound ? row : term.row, term.column);
    return term.kind === "apply" ? logic.apply(term.symbol, term.args.map(inTerm)) : term;
  };
  const inFormula = (at: Formula): Formula => {
    if ((at.open & bit(bound)) === 0) return at;
    const known = cache.formulas.get(at);
    if (known) return known;
    const made = formulaInstance(at);
    cache.formulas.set(at, made);
    return made;
  };
  const formulaInstance = (at: Formula): Formula => {
    switch (at.kind) {
      case "true":
      case "false":
        return at;
      case "predicate":
        return logic.predicate(at.symbol, at.row === bound ? row : at.row, at.args.map(inTerm));
      case "equal":
        return logic.equal(inTerm(at.left), inTerm(at.right));
      case "atMost":
        return logic.difference(at.left && inTerm(at.left), at.right && inTerm(at.right), at.bound);
      case "not":
        return logic.not(inFormula(at.arg));
      case "and":
      case "or":
        return logic.join(at.kind, at.args.map(inFormula));
      case "exists":
        return logic.exists(at.row, inFormula(at.body));
    }
  };
  return inFormula(formula);
}
