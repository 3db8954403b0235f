import { areDisjoint, printConstant, PURE, type Conversions } from "./logic/functions.ts";
import { ORDERED, type Formula, type Logic, type Row, type Sort, type Term } from "./logic/logic.ts";
import { visit } from "./logic/visit.ts";
import { axioms } from "./solve/axioms.ts";
import type { SolverOptions } from "./solve/solver.ts";

/** What a file of SMT-LIB 2 asks. */
export interface Smt2Query {
  logic: Logic;
  conversions: Conversions;
  rows: SolverOptions["rows"];
  table: SolverOptions["table"];
  formulas: readonly Formula[];
  /** what it is about, in words */
  title: readonly string[];
  /** look for a state in which a table has so many rows at most: a solver finds one sooner than in states of any size; `unsat` then proves nothing */
  rowsPerTable?: number;
}

type Predicate = Extract<Formula, { kind: "predicate" }>;

/**
 * "Is there a state in which all of these hold?" as SMT-LIB 2, for any solver: `unsat` means that there is none.
 *
 * Rows are an uninterpreted sort a table with a predicate `here`; texts, uuids and the like are uninterpreted sorts with distinct constants;
 * integers, dates and timestamps are Int. Quantifiers stay quantifiers. What input and output functions, enums, arrays and JSON documents
 * are known to do is stated for the terms that occur, as our own solver has it (`solve/axioms.ts`), under the quantifiers where it is about
 * their rows.
 */
export function smt2(query: Smt2Query): string {
  const { conversions, formulas } = query;
  const facts = groundFacts(query);
  const all = [...formulas, ...facts];
  const sorts = new Set<Sort>();
  const tables = new Set(query.rows.map(({ table }) => table));
  const declared = new Map<string, string>();
  const constants = new Map<Sort, Set<string>>();
  const rowNames = new Map<Row, string>();
  const tableOf = (row: Row): string => query.rows.find((given) => given.row === row)?.table ?? row.table;
  const rowSort = (row: Row): string => symbol(`row ${tableOf(row)}`);
  const sortOf = (sort: Sort): string => {
    if (ORDERED.has(sort)) return "Int";
    sorts.add(sort);
    return symbol(sort);
  };
  const rowName = (row: Row): string => {
    tables.add(tableOf(row));
    if (row.kind === "bound") return symbol(`b${row.index} ${row.table}`);
    const known = rowNames.get(row);
    if (known) return known;
    const name = symbol(`row ${row.name} of ${tableOf(row)}`);
    rowNames.set(row, name);
    declared.set(name, `(declare-const ${name} ${rowSort(row)})`);
    return name;
  };
  const declare = (name: string, from: readonly string[], to: string): string => {
    declared.set(name, `(declare-fun ${name} (${from.join(" ")}) ${to})`);
    return name;
  };
  const applied = (name: string, args: readonly string[]): string =>
    args.length === 0 ? name : `(${name} ${args.join(" ")})`;

  const term = (at: Term): string => {
    switch (at.kind) {
      case "constant": {
        if (ORDERED.has(at.sort)) return Number(at.value) < 0 ? `(- ${-Number(at.value)})` : String(at.value);
        const name = symbol(`${at.sort} '${at.value}'`);
        const known = constants.get(at.sort) ?? new Set();
        constants.set(at.sort, known.add(name));
        declared.set(name, `(declare-const ${name} ${sortOf(at.sort)})`);
        return name;
      }
      case "variable":
        return declare(symbol(at.name), [], sortOf(at.sort));
      case "column": {
        const row = rowName(at.row);
        return applied(
          declare(symbol(`${tableOf(at.row)}.${at.column} ${at.sort}`), [rowSort(at.row)], sortOf(at.sort)),
          [row],
        );
      }
      case "apply":
        return applied(
          declare(
            symbol(`${at.fn} ${at.args.map(({ sort }) => sort).join(" ")}`),
            at.args.map(({ sort }) => sortOf(sort)),
            sortOf(at.sort),
          ),
          at.args.map(term),
        );
    }
  };
  const predicate = (at: Predicate): string => {
    const from = [...(at.row ? [rowSort(at.row)] : []), ...at.args.map(({ sort }) => sortOf(sort))];
    const about = at.row ? `${tableOf(at.row)} ` : "";
    const name = symbol(`${about}${at.fn} ${at.args.map(({ sort }) => sort).join(" ")}`.trimEnd());
    return applied(declare(name, from, "Bool"), [...(at.row ? [rowName(at.row)] : []), ...at.args.map(term)]);
  };
  const here = (row: Row): string => {
    const name = rowName(row);
    return `(${declare(symbol(`${tableOf(row)} here`), [rowSort(row)], "Bool")} ${name})`;
  };
  const formula = (at: Formula): string => {
    switch (at.kind) {
      case "true":
      case "false":
        return at.kind;
      case "predicate":
        return predicate(at);
      case "equal":
        return `(= ${term(at.left)} ${term(at.right)})`;
      case "atMost":
        return `(<= (- ${at.left ? term(at.left) : "0"} ${at.right ? term(at.right) : "0"}) ${at.bound < 0 ? `(- ${-at.bound})` : at.bound})`;
      case "not":
        return `(not ${formula(at.arg)})`;
      case "and":
      case "or":
        return `(${at.kind} ${at.args.map(formula).join(" ")})`;
      case "exists":
        return `(exists ((${rowName(at.row)} ${rowSort(at.row)})) (and ${here(at.row)} ${formula(at.body)}))`;
    }
  };

  const asserts = formulas.map((at) => `(assert ${formula(at)})`);
  const known = facts.map((fact) => `(assert ${closed(fact, rowName, rowSort, formula)})`);
  const present = query.rows.map(({ row }) => `(assert ${here(row)})`);
  const columns = columnsIn(all, tableOf);
  const keys = [...tables].flatMap((table) => {
    const { uniqueKeys, notNull } = query.table(table);
    return uniqueKeys.flatMap((key) => {
      const sortsOf = key.map((column) => columns.get(`${table}.${column}`));
      // a key with a column that nothing is said of can always be told apart by that column
      if (!sortsOf.every((sort) => sort !== undefined)) return [];
      const alike = key.flatMap((column, index) => {
        const of = declare(
          symbol(`${table}.${column} ${sortsOf[index] ?? ""}`),
          [symbol(`row ${table}`)],
          sortOf(sortsOf[index] ?? ""),
        );
        const isNull = declare(symbol(`${table} null ${column}`), [symbol(`row ${table}`)], "Bool");
        return [
          `(= (${of} a) (${of} b))`,
          ...(notNull.has(column) ? [] : [`(not (${isNull} a))`, `(not (${isNull} b))`]),
        ];
      });
      const is = declare(symbol(`${table} here`), [symbol(`row ${table}`)], "Bool");
      return [
        `(assert (forall ((a ${symbol(`row ${table}`)}) (b ${symbol(`row ${table}`)})) (=> (and (${is} a) (${is} b) ${alike.join(" ")}) (= a b))))`,
      ];
    });
  });
  const texts = all.length > 0 ? constantsOf(all) : [];
  const laws = query.rowsPerTable === undefined ? conversionLaws(conversions, declared, declare, sortOf, texts) : [];
  const distinct = [...constants.values()].flatMap((names) =>
    names.size > 1 ? [`(assert (distinct ${[...names].join(" ")}))`] : [],
  );
  return [
    ...query.title.map((line) => `; ${line.replaceAll("\n", " ")}`),
    "; Is there a state of the database and a request in which all of this holds?",
    "; unsat: there is none. sat: there is one, as far as the uninterpreted functions below tell.",
    "(set-logic ALL)",
    ...[...sorts].map((sort) => `(declare-sort ${symbol(sort)} 0)`),
    ...[...tables].map((table) => rowSortOf(table, query.rowsPerTable)),
    ...declared.values(),
    ...(distinct.length > 0 ? ["; constants of one sort differ", ...distinct] : []),
    ...(present.length > 0 ? ["; rows that are there", ...present] : []),
    ...(keys.length > 0 ? ["; unique keys", ...keys] : []),
    ...(known.length + laws.length > 0
      ? ["; what conversions, enums, arrays and JSON are known to do", ...laws, ...known]
      : []),
    "; the question",
    ...asserts,
    "(check-sat)",
    "",
  ].join("\n");
}

function rowSortOf(table: string, most: number | undefined): string {
  const name = symbol(`row ${table}`);
  if (most === undefined) return `(declare-sort ${name} 0)`;
  const rows = Array.from({ length: most }, (_, index) => `(${symbol(`${table} ${index + 1}`)})`);
  return `(declare-datatypes ((${name} 0)) ((${rows.join(" ")})))`;
}

/** Axioms for the terms that occur, also for those that the axioms themselves bring. */
function groundFacts({ logic, conversions, formulas }: Smt2Query): Formula[] {
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

/** Sorts of the columns that formulas speak of, by `table.column`. */
function columnsIn(formulas: readonly Formula[], tableOf: (row: Row) => string): Map<string, Sort> {
  const columns = new Map<string, Sort>();
  visit(
    formulas,
    () => {},
    (at) => {
      if (at.kind === "column") columns.set(`${tableOf(at.row)}.${at.column}`, at.sort);
    },
  );
  return columns;
}

/** Text constants that occur. */
function constantsOf(formulas: readonly Formula[]): string[] {
  const found = new Set<string>();
  visit(
    formulas,
    () => {},
    (at) => {
      if (at.kind === "constant" && at.sort === "text") found.add(String(at.value));
    },
  );
  return [...found];
}

/**
 * What holds for every value, where rows may be many: an output function is undone by its input function, no text is read by two types that
 * have none in common, and nothing prints as a text that it would not print.
 */
function conversionLaws(
  conversions: Conversions,
  declared: ReadonlyMap<string, string>,
  declare: (name: string, from: readonly string[], to: string) => string,
  sortOf: (sort: Sort) => string,
  texts: readonly string[],
): string[] {
  const laws: string[] = [];
  const text = (value: string): string => declare(symbol(`text '${value}'`), [], sortOf("text"));
  const ok = (type: string): string => declare(symbol(`ok:${type} text`), [sortOf("text")], "Bool");
  const used = [...conversions.values()].filter(({ sort, type }) =>
    [`out:${type} ${sort}`, `in:${type} text`, `ok:${type} text`].some((name) => declared.has(symbol(name))),
  );
  for (const { type, sort, read } of used) {
    const out = declared.has(symbol(`out:${type} ${sort}`)) ? symbol(`out:${type} ${sort}`) : null;
    if (out !== null && sort !== "boolean") {
      const into = declare(symbol(`in:${type} text`), [sortOf("text")], sortOf(sort));
      laws.push(`(assert (forall ((x ${sortOf(sort)})) (and (${ok(type)} (${out} x)) (= (${into} (${out} x)) x))))`);
      for (const value of texts) {
        const parsed = read(value);
        const canonical =
          typeof parsed === "string" || typeof parsed === "number" ? printConstant(sort, parsed) : undefined;
        if (parsed === null || (canonical !== undefined && canonical !== value))
          laws.push(`(assert (forall ((x ${sortOf(sort)})) (not (= (${out} x) ${text(value)}))))`);
      }
    }
    for (const other of used) {
      if (!areDisjoint(type, other.type)) continue;
      if (type < other.type)
        laws.push(`(assert (forall ((t ${sortOf("text")})) (not (and (${ok(type)} t) (${ok(other.type)} t)))))`);
      if (out !== null) laws.push(`(assert (forall ((x ${sortOf(sort)})) (not (${ok(other.type)} (${out} x)))))`);
    }
  }
  if (declared.has(symbol("lower text")))
    for (const value of texts)
      if (PURE["lower"]?.(value) !== undefined && PURE["lower"](value) !== value)
        laws.push(`(assert (forall ((t ${sortOf("text")})) (not (= (${symbol("lower text")} t) ${text(value)}))))`);
  return laws;
}

/** A fact about rows that quantifiers bind holds for every such row. */
function closed(
  fact: Formula,
  rowName: (row: Row) => string,
  rowSort: (row: Row) => string,
  formula: (at: Formula) => string,
): string {
  const bound = new Set<Row>();
  const note = (row: Row | null): void => {
    if (row?.kind === "bound") bound.add(row);
  };
  visit(
    [fact],
    (at) => note(at.kind === "predicate" ? at.row : null),
    (at) => note(at.kind === "column" ? at.row : null),
  );
  const text = formula(fact);
  if (bound.size === 0) return text;
  return `(forall (${[...bound].map((row) => `(${rowName(row)} ${rowSort(row)})`).join(" ")}) ${text})`;
}

const symbol = (name: string): string => `|${name.replaceAll(/[|\\]/g, "?")}|`;
