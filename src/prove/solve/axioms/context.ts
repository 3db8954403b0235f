import type { ApplyTerm, ConstantTerm, Formula, Predicate, Term } from "../../logic/formula.ts";
import type { Conversions } from "../../logic/functions.ts";
import type { Logic } from "../../logic/logic.ts";
import type { FunctionSymbol, PredicateSymbol } from "../../logic/symbol.ts";

/** The terms and atoms of a query that axioms can be about. */
export interface Vocabulary {
  /** every term, parts included */
  terms: ReadonlySet<Term>;
  predicates: ReadonlySet<Predicate>;
  /** pairs that some equation could make equal, however it is assigned */
  mayBeEqual(left: Term, right: Term): boolean;
}

/** The material that axioms are made from, and where they go. */
export interface AxiomContext {
  logic: Logic;
  conversions: Conversions;
  vocabulary: Vocabulary;
  /** terms and atoms by the key of their symbol; atoms about nothing are left out */
  applies: ReadonlyMap<string, readonly ApplyTerm[]>;
  predicates: ReadonlyMap<string, readonly Predicate[]>;
  /** constants of sort text */
  constants: readonly ConstantTerm[];
  /** Adds an axiom, unless one with the key was added before. */
  once(key: string, make: () => Formula): void;
}

export const termsOf = ({ applies }: AxiomContext, symbol: FunctionSymbol): readonly ApplyTerm[] =>
  applies.get(symbol.key) ?? [];

export const atomsOf = ({ predicates }: AxiomContext, symbol: PredicateSymbol): readonly Predicate[] =>
  predicates.get(symbol.key) ?? [];

/** The formula or its negation. */
export const signed = (logic: Logic, formula: Formula, value: boolean): Formula =>
  value ? formula : logic.not(formula);
