import type { Formula, Row, Term } from "../logic/formula.ts";
import { axioms } from "./axioms/axioms.ts";
import type { Vocabulary } from "./axioms/context.ts";
import { assert, literalOf } from "./clauses.ts";
import { checkEquality, type Equality } from "./equality.ts";
import { addMissingWitnesses, ground, MOST_ROWS } from "./ground.ts";
import { evaluate, type Model } from "./model.ts";
import { checkOrder, type Order } from "./order.ts";
import { newState, type SolverOptions, type SolverState, type TableRow } from "./state.ts";
import { uniqueKeys } from "./unique-keys.ts";

/** `no within N rows`: none in which a table has more rows than that; none was sought among larger ones. */
export type Answer = { kind: "yes"; model: Model } | { kind: "no" } | { kind: "no within"; rows: number };

export interface Solver {
  /** Is there a state in which all of these hold? */
  ask(...formulas: Formula[]): Answer;
}

/**
 * Decides formulas with quantifiers over rows.
 *
 * Quantifiers become propositions, each with a witness row for when it is true and an instance for every row that there
 * is for when it is false. That is complete: a state that satisfies the formula stays one when every row is taken away
 * that is not a witness. Only where this never ends (tables that ask for each other in a circle) is a bound set, and
 * the answer says so. Then propositions are solved by SAT, and equality and order check each assignment.
 */
export function newSolver(options: SolverOptions): Solver {
  const state = newState(options);
  return { ask: (...formulas) => ask(state, formulas) };
}

function ask(state: SolverState, formulas: readonly Formula[]): Answer {
  const assumptions = formulas.map((formula) => literalOf(state, formula));
  for (;;) {
    saturate(state);
    let last: Theories | null = null;
    const found = state.sat.solve(assumptions, () => {
      last = check(state);
      return [...last.equality.conflicts, ...last.order.conflicts];
    });
    if (!found) return state.bounded ? { kind: "no within", rows: MOST_ROWS } : { kind: "no" };
    if (!addMissingWitnesses(state)) return { kind: "yes", model: modelOf(state, formulas, last ?? check(state)) };
    state.saturated = "";
  }
}

function modelOf(state: SolverState, asked: readonly Formula[], { equality, order }: Theories): Model {
  const values = new Map([...state.variables].map(([formula, variable]) => [formula, state.sat.value(variable)]));
  const holds = (formula: Formula): boolean | undefined => evaluate(formula, values);
  const present = (rows: readonly TableRow[]): Row[] =>
    rows.flatMap(({ row, here }) => (holds(here) === true ? [row] : []));
  const rowsOf = new Map([...state.rowsOf].map(([table, rows]) => [table, present(rows)]));
  return {
    holds,
    asked,
    rows: [...rowsOf.values()].flat(),
    rowsIn: (table) => rowsOf.get(table) ?? [],
    classOf: equality.classOf,
    numbers: order.values,
    terms: new Set(state.terms),
    predicates: new Set(state.predicates),
  };
}

/** Instances and axioms for all that the formulas speak of, and for what those bring, until there is nothing new. */
function saturate(state: SolverState): void {
  if (sizesOf(state) === state.saturated) return;
  for (;;) {
    while (ground(state));
    state.tick();
    const before = sizesOf(state);
    const vocabulary: Vocabulary = {
      terms: state.terms,
      predicates: state.predicates,
      mayBeEqual: components(state),
    };
    const { logic, conversions, given } = state;
    for (const axiom of [...axioms(logic, conversions, vocabulary, given), ...uniqueKeys(state)]) assert(state, axiom);
    if (sizesOf(state) !== before) continue;
    state.saturated = before;
    return;
  }
}

const sizesOf = ({ terms, predicates, equations, quantifiers, given }: SolverState): string =>
  [terms.size, predicates.size, equations.length, quantifiers.length, given.size].join(" ");

/** Which terms some equation, true or not, could make equal. */
function components({ equations }: SolverState): Vocabulary["mayBeEqual"] {
  const parent = new Map<Term, Term>();
  const find = (term: Term): Term => {
    const up = parent.get(term);
    if (up === undefined || up === term) return term;
    const root = find(up);
    parent.set(term, root);
    return root;
  };
  for (const { formula } of equations) parent.set(find(formula.left), find(formula.right));
  return (left, right) => left === right || find(left) === find(right);
}

interface Theories {
  equality: Equality;
  order: Order;
}

/** The verdicts of the theories on the present assignment. */
function check({ sat, equations, orders }: SolverState): Theories {
  const signed = (variable: number): number => (sat.current(variable) ? variable : -variable);
  return {
    equality: checkEquality(
      equations.map(({ formula: { left, right }, variable }) => ({ left, right, literal: signed(variable) })),
    ),
    order: checkOrder(
      orders.map(({ formula: { left, right, bound }, variable }) => ({
        left,
        right,
        bound,
        literal: signed(variable),
      })),
    ),
  };
}
