import type { Formula } from "./logic/formula.ts";
import { givenThat } from "./logic/given.ts";
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
  const askUnder = (assumed: Formula, change: Change | null, formulas: readonly Formula[]): boolean => {
    if (formulas.some((formula) => formula === logic.false || formulas.includes(not(formula)))) return false;
    onQuery(change, [assumed, ...formulas]);
    const answer: Answer = solver.ask(assumed, ...formulas);
    if (answer.kind === "no within") bounded = answer.rows;
    if (answer.kind === "yes" && change !== null && !models.some((known) => known.change === change))
      models.push({ change, model: answer.model });
    return answer.kind === "yes";
  };
  const same = before.isTrue === after.isTrue && before.raises === after.raises;
  const shortCircuit = logic.predicate(SHORT_CIRCUIT, null, []);
  const [whole, cut] = [false, true].map((holds) => {
    const given = givenThat(logic, shortCircuit, holds);
    const of = ({ isTrue, raises }: Predicate): Where => ({ isTrue: given(isTrue), raises: given(raises) });
    return { assumption: given(assumption), before: of(before), after: of(after) };
  }) as [Sides, Sides];
  const ask = (change: Change | null, ...formulas: Formula[]): boolean => askUnder(whole.assumption, change, formulas);
  const askCut = (...formulas: Formula[]): boolean => askUnder(cut.assumption, null, formulas);
  const settled = [not(whole.before.raises), not(whole.after.raises)];

  if (!satisfiable && !ask(null)) return { decision: "vacuous", ...NO_ERRORS, models, bounded };
  const lost = !same && ask("lost", ...settled, whole.before.isTrue, not(whole.after.isTrue));
  const gained = !same && ask("gained", ...settled, not(whole.before.isTrue), whole.after.isTrue);
  // an error is a may: over a sub-query there may be no row to raise for, and what can be true need not come to the
  // part that raises
  const alwaysRaises = (): boolean =>
    after.raises !== logic.false &&
    !after.readsRows &&
    !ask(null, not(whole.after.raises)) &&
    !ask(null, whole.after.isTrue) &&
    !askCut(not(cut.after.raises)) &&
    !askCut(cut.after.isTrue);
  if (!lost && !gained && alwaysRaises()) return { decision: "always-errors", ...NO_ERRORS, models, bounded };
  const errors: ErrorChange[] = [];
  const change = (name: ErrorChange, query: Formula[]): void => {
    if (!same && ask(name, ...query)) errors.push(name);
  };
  const [from, to] = [whole.before, whole.after];
  change("error->deny", [from.raises, not(to.raises), not(to.isTrue)]);
  // asked first, so that its model is the witness
  const opensErrors = !same && ask("error->allow", from.raises, not(from.isTrue), not(to.raises), to.isTrue);
  change("error->allow", [from.raises, not(to.raises), to.isTrue]);
  change("deny->error", [not(from.raises), not(from.isTrue), to.raises]);
  change("allow->error", [not(from.raises), from.isTrue, to.raises]);
  const overlap: ErrorChange[] = [];
  const mayDiffer = (name: ErrorChange, [one, other]: readonly [Where, Where], raises: Formula): void => {
    if (same || errors.includes(name) || raises === logic.false) return;
    if (askCut(other.isTrue, not(one.isTrue))) overlap.push(name);
  };
  if (!gained) mayDiffer("error->allow", [cut.before, cut.after], after.raises);
  if (!lost) mayDiffer("allow->error", [cut.after, cut.before], before.raises);
  const decision: Decision = lost ? (gained ? "incomparable" : "tighter") : gained ? "looser" : "equivalent";
  const bothMayRaise = before.raises !== logic.false && after.raises !== logic.false;
  return { decision, errors, overlap, bothMayRaise, opensErrors, models, bounded };
}

/** A predicate with short-circuit evaluation, or without. */
type Where = Pick<Predicate, "isTrue" | "raises">;

interface Sides {
  assumption: Formula;
  before: Where;
  after: Where;
}

const NO_ERRORS: Pick<Decided, "errors" | "overlap" | "bothMayRaise" | "opensErrors"> = {
  errors: [],
  overlap: [],
  bothMayRaise: false,
  opensErrors: false,
};
