import type { Formula } from "./logic/formula.ts";
import { SHORT_CIRCUIT } from "./logic/symbol.ts";
import type { Logic } from "./logic/logic.ts";
import type { Model } from "./solve/model.ts";
import type { Answer, Solver } from "./solve/solver.ts";
import type { Decision, ErrorChange } from "./verdict.ts";

/** The difference that an answer of yes shows. */
type Change = "lost" | "gained" | ErrorChange;

/** An access predicate in logic: where the row is allowed, and where an error may come instead. */
export interface Predicate {
  isTrue: Formula;
  raises: Formula;
  /** it ranges over the rows of a sub-query */
  readsRows: boolean;
}

export interface Decided {
  decision: Decision;
  errors: ErrorChange[];
  /** changes that can be met only where either side may raise, and that no other answer tells */
  overlap: ErrorChange[];
  /** neither side is known never to raise */
  bothMayRaise: boolean;
  /** the second side allows a row for which the first may raise, and would not allow it otherwise */
  opensErrors: boolean;
  /** a state for each way in which the sides differ */
  models: { change: Change; model: Model }[];
  /** some answer held only within so many rows a table */
  bounded: number | null;
}

export interface DecideInput {
  logic: Logic;
  solver: Solver;
  assumption: Formula;
  /** the assumption is known not to contradict itself */
  satisfiable: boolean;
  before: Predicate;
  after: Predicate;
  /** hears of every question */
  onQuery(change: Change | null, formulas: readonly Formula[]): void;
}

/**
 * Compare two predicates under an assumption. The decision is about states in which neither side may raise; error
 * changes about the others. Where either may raise, `overlap` tells whether one side may allow what the other does not,
 * also where short-circuit evaluation keeps a sub-query from raising.
 */
export function decide(input: DecideInput): Decided {
  const { logic, solver, assumption, satisfiable, before, after, onQuery } = input;
  const not = (formula: Formula): Formula => logic.not(formula);
  const models: Decided["models"] = [];
  let bounded: number | null = null;
  const ask = (change: Change | null, ...formulas: Formula[]): boolean => {
    if (formulas.some((formula) => formula === logic.false || formulas.includes(not(formula)))) return false;
    onQuery(change, [assumption, ...formulas]);
    const answer: Answer = solver.ask(assumption, ...formulas);
    if (answer.kind === "no within") bounded = answer.rows;
    if (answer.kind === "yes" && change !== null && !models.some((known) => known.change === change))
      models.push({ change, model: answer.model });
    return answer.kind === "yes";
  };
  const same = before.isTrue === after.isTrue && before.raises === after.raises;
  const shortCircuit = logic.predicate(SHORT_CIRCUIT, null, []);
  const settled = [not(shortCircuit), not(before.raises), not(after.raises)];

  if (!satisfiable && !ask(null)) return { decision: "vacuous", ...NO_ERRORS, models, bounded };
  const lost = !same && ask("lost", ...settled, before.isTrue, not(after.isTrue));
  const gained = !same && ask("gained", ...settled, not(before.isTrue), after.isTrue);
  // an error is a may: over a sub-query there may be no row to raise for, and what can be true need not come to the
  // part that raises
  const alwaysRaises = (): boolean =>
    after.raises !== logic.false && !after.readsRows && !ask(null, not(after.raises)) && !ask(null, after.isTrue);
  if (!lost && !gained && alwaysRaises()) return { decision: "always-errors", ...NO_ERRORS, models, bounded };
  const errors: ErrorChange[] = [];
  const change = (name: ErrorChange, query: Formula[]): void => {
    if (!same && ask(name, not(shortCircuit), ...query)) errors.push(name);
  };
  change("error->deny", [before.raises, not(after.raises), not(after.isTrue)]);
  // asked first, so that its model is the witness
  const opensErrors =
    !same && ask("error->allow", not(shortCircuit), before.raises, not(before.isTrue), not(after.raises), after.isTrue);
  change("error->allow", [before.raises, not(after.raises), after.isTrue]);
  change("deny->error", [not(before.raises), not(before.isTrue), after.raises]);
  change("allow->error", [not(before.raises), before.isTrue, after.raises]);
  const overlap: ErrorChange[] = [];
  const mayDiffer = (name: ErrorChange, [from, to]: readonly [Predicate, Predicate]): void => {
    if (same || errors.includes(name) || to.raises === logic.false) return;
    if (ask(null, shortCircuit, to.isTrue, not(from.isTrue))) overlap.push(name);
  };
  if (!gained) mayDiffer("error->allow", [before, after]);
  if (!lost) mayDiffer("allow->error", [after, before]);
  const decision: Decision = lost ? (gained ? "incomparable" : "tighter") : gained ? "looser" : "equivalent";
  const bothMayRaise = before.raises !== logic.false && after.raises !== logic.false;
  return { decision, errors, overlap, bothMayRaise, opensErrors, models, bounded };
}

const NO_ERRORS: Pick<Decided, "errors" | "overlap" | "bothMayRaise" | "opensErrors"> = {
  errors: [],
  overlap: [],
  bothMayRaise: false,
  opensErrors: false,
};
