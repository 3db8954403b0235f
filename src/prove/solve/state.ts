import type { NameKey } from "../../pg/name.ts";
import type { Difference, Equation, Formula, Predicate, Quantifier, Row, Term } from "../logic/formula.ts";
import type { Conversions } from "../logic/functions.ts";
import type { Logic } from "../logic/logic.ts";
import { Sat } from "./sat.ts";

/** The facts about a table's columns that a solver uses. */
export interface TableFacts {
  uniqueKeys: readonly (readonly string[])[];
  notNull: ReadonlySet<string>;
}

export interface SolverOptions {
  logic: Logic;
  conversions: Conversions;
  /** rows that are there from the start, each with its table: the row in question */
  rows: readonly { row: Row; table: NameKey }[];
  table(name: NameKey): TableFacts;
  /** called now and then; throws when the time is up */
  tick(): void;
}

/** A row, and the formula that it is there. */
export interface TableRow {
  row: Row;
  here: Formula;
}

/** The formulas that a solver has met so far, and the propositional problem that it made of them. */
export interface SolverState extends SolverOptions {
  sat: Sat;
  /** the literal that is always true */
  always: number;
  /** by formula: the variable that its clauses define */
  variables: Map<Formula, number>;
  equations: { formula: Equation; variable: number }[];
  orders: { formula: Difference; variable: number }[];
  /** `seen`: so many of the table's rows were instantiated; `hasWitness`: where it is true, some row satisfies it */
  quantifiers: { node: Quantifier; variable: number; seen: number; hasWitness: boolean }[];
  terms: Set<Term>;
  predicates: Set<Predicate>;
  rowsOf: Map<NameKey, TableRow[]>;
  /** axioms that were added already */
  given: Set<string>;
  /** pairs of rows for which a unique key was stated already */
  merged: Set<string>;
  /** a table would have needed more witness rows than it may have */
  bounded: boolean;
  /** counts the witness rows */
  named: number;
  /** the sizes of all that is above when nothing was missing; empty at first */
  saturated: string;
}

export function newState(options: SolverOptions): SolverState {
  const sat = new Sat(options.tick);
  const always = sat.newVariable();
  sat.addClause([always]);
  const state: SolverState = {
    ...options,
    sat,
    always,
    variables: new Map(),
    equations: [],
    orders: [],
    quantifiers: [],
    terms: new Set(),
    predicates: new Set(),
    rowsOf: new Map(),
    given: new Set(),
    merged: new Set(),
    bounded: false,
    named: 0,
    saturated: "",
  };
  for (const { row, table } of options.rows) tableRows(state, table).push({ row, here: options.logic.true });
  return state;
}

/** The rows of a table that the solver has met; more may be pushed. */
export function tableRows({ rowsOf }: SolverState, table: NameKey): TableRow[] {
  const rows = rowsOf.get(table) ?? [];
  rowsOf.set(table, rows);
  return rows;
}
