import type { NameKey } from "../../pg/name.ts";
import type { Formula, Predicate, Row, Term } from "../logic/formula.ts";

/** A state of the database and a request that satisfy what was asked. */
export interface Model {
  /** value of a formula without quantifiers; undefined where the model leaves it open */
  holds(formula: Formula): boolean | undefined;
  /** rows that are there, by table */
  rows: readonly Row[];
  /** the same number for terms that are equal; terms that no equation is about have none */
  classOf: ReadonlyMap<Term, number>;
  /** values of ordered sorts */
  numbers: ReadonlyMap<Term, number>;
  terms: ReadonlySet<Term>;
  /** what was asked: the model has all of these true */
  asked: readonly Formula[];
  /** the rows that are there in a table, the row in question included */
  rowsIn(table: NameKey): readonly Row[];
  predicates: ReadonlySet<Predicate>;
}

/** The value of a formula, by those of the formulas that have a literal. */
export function evaluate(formula: Formula, values: ReadonlyMap<Formula, boolean>): boolean | undefined {
  switch (formula.kind) {
    case "true":
      return true;
    case "false":
      return false;
    case "not": {
      const value = evaluate(formula.arg, values);
      return value === undefined ? undefined : !value;
    }
    default:
      return values.get(formula);
  }
}
