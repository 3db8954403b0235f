import type { Formula, Term } from "../logic/formula.ts";
import type { PredicateSymbol } from "../logic/symbol.ts";
import type { SolverState } from "./state.ts";

/**
 * Facts that a reader of a model would ask about: rows that are there, settings that are set, members of the token. A
 * model has no more of them than it needs.
 */
const isNoteworthy = (symbol: PredicateSymbol): boolean =>
  symbol.kind === "here" ||
  symbol.kind === "set" ||
  (symbol.kind === "json" && (symbol.fact === "has" || symbol.fact === "object"));

/** The literal of a formula; clauses that define it are added in both directions (Tseitin). */
export function literalOf(state: SolverState, formula: Formula): number {
  if (formula.kind === "true") return state.always;
  if (formula.kind === "false") return -state.always;
  if (formula.kind === "not") return -literalOf(state, formula.arg);
  const known = state.variables.get(formula);
  if (known !== undefined) return known;
  const { sat } = state;
  const variable = sat.newVariable();
  state.variables.set(formula, variable);
  switch (formula.kind) {
    case "predicate":
      state.predicates.add(formula);
      if (isNoteworthy(formula.symbol)) sat.preferFalse(variable);
      for (const arg of formula.args) learnTerm(state, arg);
      break;
    case "equal":
      learnTerm(state, formula.left);
      learnTerm(state, formula.right);
      state.equations.push({ formula, variable });
      break;
    case "atMost":
      if (formula.left) learnTerm(state, formula.left);
      if (formula.right) learnTerm(state, formula.right);
      state.orders.push({ formula, variable });
      break;
    case "exists":
      state.quantifiers.push({ node: formula, variable, seen: 0, hasWitness: false });
      break;
    default: {
      const args = formula.args.map((arg) => literalOf(state, arg));
      const sign = formula.kind === "and" ? 1 : -1;
      for (const arg of args) sat.addClause([-variable * sign, arg * sign]);
      sat.addClause([variable * sign, ...args.map((arg) => -arg * sign)]);
    }
  }
  return variable;
}

/** Take a formula for true from now on. */
export function assert(state: SolverState, formula: Formula): void {
  if (formula.kind === "and") for (const arg of formula.args) assert(state, arg);
  else {
    const disjuncts = formula.kind === "or" ? formula.args : [formula];
    state.sat.addClause(disjuncts.map((arg) => literalOf(state, arg)));
  }
}

function learnTerm(state: SolverState, term: Term): void {
  if (state.terms.has(term)) return;
  state.terms.add(term);
  if (term.kind === "apply") for (const arg of term.args) learnTerm(state, arg);
}
