import type { Formula } from "./formula.ts";
import type { Logic } from "./logic.ts";

type Given = (formula: Formula) => Formula;

const made = new WeakMap<Logic, Map<string, Given>>();

/** Rewrites a formula to what it says where another holds, or does not. A logic rewrites each part once. */
export function givenThat(logic: Logic, known: Formula, holds: boolean): Given {
  const ofLogic = made.get(logic) ?? new Map<string, Given>();
  made.set(logic, ofLogic);
  const key = `${known.id} ${holds}`;
  const given = ofLogic.get(key) ?? newGiven(logic, known, holds);
  ofLogic.set(key, given);
  return given;
}

function newGiven(logic: Logic, known: Formula, holds: boolean): Given {
  const memo = new Map<Formula, Formula>([[known, logic.bool(holds)]]);
  const joined = (formula: Extract<Formula, { kind: "and" | "or" }>, args: readonly Formula[]): Formula =>
    args.every((arg, n) => arg === formula.args[n]) ? formula : logic.join(formula.kind, args);
  const rewritten = (formula: Formula): Formula => {
    switch (formula.kind) {
      case "not":
        return logic.not(given(formula.arg));
      case "and":
      case "or":
        return joined(formula, formula.args.map(given));
      case "exists": {
        const body = given(formula.body);
        return body === formula.body ? formula : logic.exists(formula.row, body);
      }
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
