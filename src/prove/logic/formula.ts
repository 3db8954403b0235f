import type { NameKey } from "../../pg/name.ts";
import type { Sort } from "./sort.ts";
import type { FunctionSymbol, PredicateSymbol } from "./symbol.ts";

/**
 * Terms and formulas of first-order logic over rows: what policies are translated into. Made by `Logic` alone, which
 * hash-conses them: equal means identical (`===`), so sub-queries that mean the same share one atom.
 *
 * Assumes nothing about SQL: nulls and errors are formulas of their own by the time they come here (`encode/`).
 */

/**
 * A row of a table: one that a quantifier binds (`index` counts the quantifiers around it), or a constant. The row in
 * question has no table (null), so that predicates which say the same of rows of two tables are the same; the solver is
 * told whose it is.
 */
export type Row = { id: number } & (
  | { kind: "bound"; table: NameKey; index: number }
  | { kind: "constant"; table: NameKey | null; name: string }
);

export type BoundRow = Extract<Row, { kind: "bound" }>;

export type Term = { id: number; sort: Sort; /** bits of the bound rows in it */ open: number } & (
  | { kind: "constant"; value: string | number }
  /** the text that a setting holds */
  | { kind: "setting"; name: string }
  | { kind: "clock"; reads: "now" | "current_date" }
  | { kind: "column"; row: Row; column: string }
  | { kind: "apply"; symbol: FunctionSymbol; args: readonly Term[] }
);

export type ConstantTerm = Extract<Term, { kind: "constant" }>;
export type ApplyTerm = Extract<Term, { kind: "apply" }>;

export type Formula = { id: number; open: number } & (
  | { kind: "true" }
  | { kind: "false" }
  /** a fact with a name, about a row, terms, or nothing */
  | { kind: "predicate"; symbol: PredicateSymbol; row: Row | null; args: readonly Term[] }
  | { kind: "equal"; left: Term; right: Term }
  /** left - right <= bound, for ordered sorts; null is zero */
  | { kind: "atMost"; left: Term | null; right: Term | null; bound: number }
  | { kind: "not"; arg: Formula }
  | { kind: "and" | "or"; args: readonly Formula[] }
  /** some row that is there satisfies the body */
  | { kind: "exists"; row: BoundRow; body: Formula }
);

export type Predicate = Extract<Formula, { kind: "predicate" }>;
export type Equation = Extract<Formula, { kind: "equal" }>;
export type Difference = Extract<Formula, { kind: "atMost" }>;
export type Quantifier = Extract<Formula, { kind: "exists" }>;
