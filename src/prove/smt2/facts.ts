import type { Formula, Predicate, Row, Term } from "../logic/formula.ts";
import type { Conversions } from "../logic/functions.ts";
import type { Logic } from "../logic/logic.ts";
import { visit } from "../logic/visit.ts";
import { axioms } from "../solve/axioms/axioms.ts";
import { printFormula, printRow, rowSort, tableOf, type Printer } from "./printer.ts";

/** Axioms for the terms that occur, also for those that the axioms themselves bring. */
export function groundFacts(logic: Logic, conversions: Conversions, formulas: readonly Formula[]): Formula[] {
  const given = new Set<string>();
  const facts: Formula[] = [];
  for (;;) {
    const terms = new Set<Term>();
    const predicates = new Set<Predicate>();
    visit(
      [...formulas, ...facts],
      (at) => {
        if (at.kind === "predicate") predicates.add(at);
      },
      (at) => void terms.add(at),
    );
    const more = axioms(logic, conversions, { terms, predicates, mayBeEqual: (a, b) => a.sort === b.sort }, given);
    if (more.length === 0) return facts;
    facts.push(...more);
  }
}

/** A fact about rows that quantifiers bind holds for every such row. */
export function printClosed(printer: Printer, fact: Formula): string {
  const bound = new Set<Row>();
  const note = (row: Row | null): void => {
    if (row?.kind === "bound") bound.add(row);
  };
  visit(
    [fact],
    (at) => note(at.kind === "predicate" ? at.row : null),
    (at) => note(at.kind === "column" ? at.row : null),
  );
  const text = printFormula(printer, fact);
  if (bound.size === 0) return text;
  const rows = [...bound].map((row) => `(${printRow(printer, row)} ${rowSort(tableOf(printer, row))})`);
  return `(forall (${rows.join(" ")}) ${text})`;
}
