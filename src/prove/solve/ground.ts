import type { Formula, Quantifier } from "../logic/formula.ts";
import { instantiate } from "../logic/instantiate.ts";
import { HERE } from "../logic/symbol.ts";
import { literalOf } from "./clauses.ts";
import { tableRows, type SolverState, type TableRow } from "./state.ts";

/** So many witness rows a table. More are needed only where tables ask for one another's rows in a circle. */
export const MOST_ROWS = 12;

/**
 * Witness rows for quantifiers that are true, and instances over every row for those that are false, until there is
 * nothing new. Each quantifier gets one witness of its own; one that a table has no room for is true of some row that
 * is there. True where something was new.
 */
export function ground(state: SolverState): boolean {
  let grew = false;
  // a witness may bring quantifiers with it
  for (const quantifier of state.quantifiers) {
    // one that an instance brings gets its witness when a model has it true
    if (quantifier.seen > 0 || quantifier.hasWitness) continue;
    grew = true;
    state.tick();
    addWitness(state, quantifier);
  }
  for (const quantifier of state.quantifiers) {
    const { node, variable } = quantifier;
    const rows = tableRows(state, node.row.table);
    for (; quantifier.seen < rows.length; quantifier.seen += 1) {
      const row = rows[quantifier.seen];
      if (!row) break;
      grew = true;
      state.tick();
      state.sat.addClause([variable, -literalOf(state, satisfiedBy(state, node, row))]);
    }
  }
  return grew;
}

/** Quantifiers that the assignment has true without a row that satisfies them get one. True where there were any. */
export function addMissingWitnesses(state: SolverState): boolean {
  const missing = state.quantifiers.filter(
    ({ variable, hasWitness }) => !hasWitness && state.sat.value(variable) === true,
  );
  for (const quantifier of missing) addWitness(state, quantifier);
  return missing.length > 0;
}

function addWitness(state: SolverState, quantifier: SolverState["quantifiers"][number]): void {
  const { node, variable } = quantifier;
  quantifier.hasWitness = true;
  const rows = tableRows(state, node.row.table);
  if (rows.length < MOST_ROWS) {
    state.named += 1;
    const row = state.logic.constantRow(node.row.table, `r${state.named}`);
    const witness = { row, here: state.logic.predicate(HERE, row, []) };
    rows.push(witness);
    state.sat.addClause([-variable, literalOf(state, satisfiedBy(state, node, witness))]);
    return;
  }
  state.bounded = true;
  state.sat.addClause([-variable, ...rows.map((row) => literalOf(state, satisfiedBy(state, node, row)))]);
}

/** The row is there and satisfies the body. */
const satisfiedBy = ({ logic }: SolverState, { row: bound, body }: Quantifier, { row, here }: TableRow): Formula =>
  logic.and(here, instantiate(logic, body, bound, row));
