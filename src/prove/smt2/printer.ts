import type { NameKey } from "../../pg/name.ts";
import type { Formula, Predicate, Row, Term } from "../logic/formula.ts";
import { isOrdered, type Sort } from "../logic/sort.ts";
import type { FunctionSymbol, PredicateSymbol } from "../logic/symbol.ts";
import type { SolverOptions } from "../solve/state.ts";

/** Prints formulas as SMT-LIB 2, and keeps what has to be declared for them. */
export interface Printer {
  /** rows that are there from the start, with their tables */
  given: SolverOptions["rows"];
  sorts: Set<Sort>;
  tables: Set<NameKey>;
  /** declarations by the name that they declare */
  declared: Map<string, string>;
  /** names of constants, by sort; those of ordered sorts are numerals */
  constants: Map<Sort, Set<string>>;
}

export const newPrinter = (given: SolverOptions["rows"]): Printer => ({
  given,
  sorts: new Set(),
  tables: new Set(given.map(({ table }) => table)),
  declared: new Map(),
  constants: new Map(),
});

/**
 * A quoted symbol. It cannot hold `|` or `\`: those are written by their codes, and so is the character that begins a
 * code.
 */
export const quoted = (name: string): string =>
  `|${name.replaceAll(/[%|\\]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}|`;

export const rowSort = (table: NameKey): string => quoted(`row ${table}`);

/** The table of a row; the row in question has none of its own, and its table is told apart. */
export const tableOf = ({ given }: Printer, row: Row): NameKey => {
  const table = row.table ?? given.find((one) => one.row === row)?.table;
  // a row to be stands in no table: the sort of its columns is a table without a name
  return table ?? ("" as NameKey);
};

export function sortName({ sorts }: Printer, sort: Sort): string {
  if (isOrdered(sort)) return "Int";
  sorts.add(sort);
  return quoted(sort.key);
}

export function declare({ declared }: Printer, name: string, from: readonly string[], to: string): string {
  declared.set(name, `(declare-fun ${name} (${from.join(" ")}) ${to})`);
  return name;
}

const applied = (name: string, args: readonly string[]): string =>
  args.length === 0 ? name : `(${name} ${args.join(" ")})`;

const integer = (value: number): string => (value < 0 ? `(- ${-value})` : String(value));

export const functionName = (symbol: FunctionSymbol, from: readonly Sort[]): string =>
  quoted(`${from.map(({ key }) => key).join(", ")}: ${symbol.key}`);

export const predicateName = (symbol: PredicateSymbol, table: NameKey | null, from: readonly Sort[]): string =>
  quoted(
    `${[...(table === null ? [] : [`row ${table}`]), ...from.map(({ key }) => key)].join(", ")}: is ${symbol.key}`,
  );

export const columnName = (table: NameKey, column: string, sort: Sort): string =>
  quoted(`column ${table}.${JSON.stringify(column)} ${sort.key}`);

const constantName = (sort: Sort, value: string | number): string => quoted(`${sort.key} '${value}'`);

export function printConstant(printer: Printer, sort: Sort, value: string | number): string {
  if (isOrdered(sort)) return integer(Number(value));
  const name = constantName(sort, value);
  const known = printer.constants.get(sort) ?? new Set();
  printer.constants.set(sort, known.add(name));
  return declare(printer, name, [], sortName(printer, sort));
}

export function printRow(printer: Printer, row: Row): string {
  const table = tableOf(printer, row);
  printer.tables.add(table);
  if (row.kind === "bound") return quoted(`b${row.index} ${table}`);
  return declare(printer, quoted(`row ${row.name} of ${table}`), [], rowSort(table));
}

export function printTerm(printer: Printer, term: Term): string {
  switch (term.kind) {
    case "constant":
      return printConstant(printer, term.sort, term.value);
    case "setting":
      return declare(printer, quoted(`setting ${term.name}`), [], sortName(printer, term.sort));
    case "clock":
      return declare(printer, quoted(`clock ${term.reads}`), [], sortName(printer, term.sort));
    case "column": {
      const table = tableOf(printer, term.row);
      const row = printRow(printer, term.row);
      const name = columnName(table, term.column, term.sort);
      return applied(declare(printer, name, [rowSort(table)], sortName(printer, term.sort)), [row]);
    }
    case "apply": {
      const sorts = term.args.map(({ sort }) => sort);
      const from = sorts.map((sort) => sortName(printer, sort));
      const name = declare(printer, functionName(term.symbol, sorts), from, sortName(printer, term.sort));
      return applied(
        name,
        term.args.map((arg) => printTerm(printer, arg)),
      );
    }
  }
}

/** The row is there. */
export function printHere(printer: Printer, row: Row): string {
  const name = printRow(printer, row);
  return `(${declareHere(printer, tableOf(printer, row))} ${name})`;
}

export const declareHere = (printer: Printer, table: NameKey): string =>
  declare(printer, quoted(`here ${table}`), [rowSort(table)], "Bool");

function printPredicate(printer: Printer, { symbol, row, args }: Predicate): string {
  if (symbol.kind === "here" && row) return printHere(printer, row);
  const table = row && tableOf(printer, row);
  const sorts = args.map(({ sort }) => sort);
  const from = [...(table === null ? [] : [rowSort(table)]), ...sorts.map((sort) => sortName(printer, sort))];
  const name = declare(printer, predicateName(symbol, table, sorts), from, "Bool");
  return applied(name, [...(row ? [printRow(printer, row)] : []), ...args.map((arg) => printTerm(printer, arg))]);
}

export function printFormula(printer: Printer, formula: Formula): string {
  const term = (at: Term | null): string => (at ? printTerm(printer, at) : "0");
  switch (formula.kind) {
    case "true":
    case "false":
      return formula.kind;
    case "predicate":
      return printPredicate(printer, formula);
    case "equal":
      return `(= ${term(formula.left)} ${term(formula.right)})`;
    case "atMost":
      return `(<= (- ${term(formula.left)} ${term(formula.right)}) ${integer(formula.bound)})`;
    case "not":
      return `(not ${printFormula(printer, formula.arg)})`;
    case "and":
    case "or":
      return `(${formula.kind} ${formula.args.map((arg) => printFormula(printer, arg)).join(" ")})`;
    case "exists": {
      const { row, body } = formula;
      const bound = `(${printRow(printer, row)} ${rowSort(row.table)})`;
      return `(exists (${bound}) (and ${printHere(printer, row)} ${printFormula(printer, body)}))`;
    }
  }
}
