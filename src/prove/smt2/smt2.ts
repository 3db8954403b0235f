import type { NameKey } from "../../pg/name.ts";
import type { Formula } from "../logic/formula.ts";
import { visit } from "../logic/visit.ts";
import type { SolverOptions } from "../solve/state.ts";
import { groundFacts, printClosed } from "./facts.ts";
import { conversionLaws } from "./laws.ts";
import { newPrinter, printFormula, printHere, quoted, rowSort } from "./printer.ts";
import { printUniqueKeys } from "./unique-keys.ts";

/** The question of one file of SMT-LIB 2. */
export interface Smt2Query extends Omit<SolverOptions, "tick"> {
  formulas: readonly Formula[];
  /** what it is about, in words */
  title: readonly string[];
  /**
   * look for a state in which a table has so many rows at most: a solver finds one sooner than in states of any size;
   * `unsat` then proves nothing
   */
  rowsPerTable?: number;
}

/**
 * "Is there a state in which all of these hold?" as SMT-LIB 2, for any solver: `unsat` means that there is none.
 *
 * Rows are an uninterpreted sort a table with a predicate `here`; texts, uuids and the like are uninterpreted sorts
 * with distinct constants; integers, dates and timestamps are Int. Quantifiers stay quantifiers. What input and output
 * functions, enums, arrays and JSON documents are known to do is stated for the terms that occur, as our own solver has
 * it (`solve/axioms/`), under the quantifiers where it is about their rows.
 */
export function smt2(query: Smt2Query): string {
  const { logic, conversions, formulas, rowsPerTable } = query;
  const facts = groundFacts(logic, conversions, formulas);
  const all = [...formulas, ...facts];
  const printer = newPrinter(query.rows);
  const asserts = formulas.map((at) => `(assert ${printFormula(printer, at)})`);
  const known = facts.map((fact) => `(assert ${printClosed(printer, fact)})`);
  const present = query.rows.map(({ row }) => `(assert ${printHere(printer, row)})`);
  const keys = printUniqueKeys(printer, all, (table) => query.table(table));
  const laws = rowsPerTable === undefined ? conversionLaws(printer, conversions, textsIn(all)) : [];
  const distinct = [...printer.constants.values()].flatMap((names) =>
    names.size > 1 ? [`(assert (distinct ${[...names].join(" ")}))`] : [],
  );
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length > 0 ? [`; ${title}`, ...lines] : [];
  return [
    ...query.title.map((line) => `; ${line.replaceAll("\n", " ")}`),
    "; Is there a state of the database and a request in which all of this holds?",
    "; unsat: there is none. sat: there is one, as far as the uninterpreted functions below tell.",
    "(set-logic ALL)",
    ...[...printer.sorts].map((sort) => `(declare-sort ${quoted(sort.key)} 0)`),
    ...[...printer.tables].map((table) => declareRows(table, rowsPerTable)),
    ...printer.declared.values(),
    ...section("constants of one sort differ", distinct),
    ...section("rows that are there", present),
    ...section("unique keys", keys),
    ...section("known properties of conversions, enums, arrays and JSON", [...laws, ...known]),
    "; the question",
    ...asserts,
    "(check-sat)",
    "",
  ].join("\n");
}

function declareRows(table: NameKey, most: number | undefined): string {
  const name = rowSort(table);
  if (most === undefined) return `(declare-sort ${name} 0)`;
  const rows = Array.from({ length: most }, (_, index) => `(${quoted(`row ${index + 1} of ${table}`)})`);
  return `(declare-datatypes ((${name} 0)) ((${rows.join(" ")})))`;
}

/** Text constants that occur. */
function textsIn(formulas: readonly Formula[]): string[] {
  const found = new Set<string>();
  visit(
    formulas,
    () => {},
    (at) => {
      if (at.kind === "constant" && at.sort.kind === "text") found.add(String(at.value));
    },
  );
  return [...found];
}
