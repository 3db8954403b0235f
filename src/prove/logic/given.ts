import type { Formula } from "./formula.ts";
import type { Logic } from "./logic.ts";

/** Rewrites a formula to what it says where another holds, or does not. Each part is rewritten once. */
export function newGiven(logic: Logic, known: Formula, holds: boolean): (formula: Formula) => Formula {
  const memo = new Map<Formula, Formula>([[known, logic.bool(holds)]]);
  const rewritten = (formula: Formula): Formula => {
    switch (formula.kind) {
      case "not":
        return logic.not(given(formula.arg));
      case "and":
      case "or":
        return logic.join(formula.kind, formula.args.map(given));
      case "exists":
        return logic.exists(formula.row, given(formula.body));
      default:
        return formula;
    }
  };
  const given = (formula: Formula): Formula => {
    const done = memo.get(formula) ?? rewritten(formula);
    memo.set(formula, done);
    return done;
  };
  return given;
}
