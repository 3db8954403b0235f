import type { Formula, Term } from "./formula.ts";
import type { FunctionSymbol, PredicateSymbol } from "./symbol.ts";

const quantified = new WeakMap<Formula, boolean>();

/** The formula quantifies over rows. */
export function hasQuantifier(formula: Formula): boolean {
  const known = quantified.get(formula);
  if (known !== undefined) return known;
  const found =
    formula.kind === "exists" ||
    (formula.kind === "not" && hasQuantifier(formula.arg)) ||
    ((formula.kind === "and" || formula.kind === "or") && formula.args.some(hasQuantifier));
  quantified.set(formula, found);
  return found;
}

/** Visit every formula and term inside some formulas once. */
export function visit(
  formulas: readonly Formula[],
  onFormula: (formula: Formula) => void,
  onTerm: (term: Term) => void,
): void {
  const seen = new Set<Formula | Term>();
  const inTerm = (term: Term): void => {
    if (seen.has(term)) return;
    seen.add(term);
    onTerm(term);
    if (term.kind === "apply") for (const arg of term.args) inTerm(arg);
  };
  const inFormula = (formula: Formula): void => {
    if (seen.has(formula)) return;
    seen.add(formula);
    onFormula(formula);
    switch (formula.kind) {
      case "predicate":
        for (const arg of formula.args) inTerm(arg);
        break;
      case "equal":
        inTerm(formula.left);
        inTerm(formula.right);
        break;
      case "atMost":
        if (formula.left) inTerm(formula.left);
        if (formula.right) inTerm(formula.right);
        break;
      case "not":
        inFormula(formula.arg);
        break;
      case "and":
      case "or":
        for (const arg of formula.args) inFormula(arg);
        break;
      case "exists":
        inFormula(formula.body);
        break;
      default:
    }
  };
  for (const formula of formulas) inFormula(formula);
}

/** One of the formulas is about the term. */
export function speaksOf(formulas: readonly Formula[], term: Term): boolean {
  let found = false;
  visit(
    formulas,
    () => {},
    (other) => {
      if (other === term) found = true;
    },
  );
  return found;
}

/** Symbols of the predicates and functions in some formulas, by key. */
export function symbolsIn(formulas: readonly Formula[]): Map<string, FunctionSymbol | PredicateSymbol> {
  const symbols = new Map<string, FunctionSymbol | PredicateSymbol>();
  visit(
    formulas,
    (formula) => {
      if (formula.kind === "predicate") symbols.set(formula.symbol.key, formula.symbol);
    },
    (term) => {
      if (term.kind === "apply") symbols.set(term.symbol.key, term.symbol);
    },
  );
  return symbols;
}

/** The formula is about settings and the token alone. */
export function isFreeOfColumns(formula: Formula): boolean {
  const inTerm = (at: Term | null): boolean =>
    at === null || (at.kind !== "column" && (at.kind !== "apply" || at.args.every(inTerm)));
  switch (formula.kind) {
    case "true":
    case "false":
      return true;
    case "predicate":
      return formula.row === null && formula.args.every(inTerm);
    case "equal":
    case "atMost":
      return inTerm(formula.left) && inTerm(formula.right);
    case "not":
      return isFreeOfColumns(formula.arg);
    case "and":
    case "or":
      return formula.args.every(isFreeOfColumns);
    case "exists":
      return false;
  }
}
