import type { Conversions } from "../logic/functions.ts";
import type { Formula, Logic, Row, Term } from "../logic/logic.ts";
import { axioms, type Vocabulary } from "./axioms.ts";
import { checkEquality } from "./equality.ts";
import { checkOrder } from "./order.ts";
import { newSat } from "./sat.ts";

/** `no within N rows`: none in which a table has more rows than that; a larger one was not looked for. */
export type Answer = { kind: "yes"; model: Model } | { kind: "no" } | { kind: "no within"; rows: number };

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
  predicates: ReadonlySet<Extract<Formula, { kind: "predicate" }>>;
}

export interface SolverOptions {
  logic: Logic;
  conversions: Conversions;
  /** rows that are there from the start, each with its table: the row in question */
  rows: readonly { row: Row; table: string }[];
  /** what is known of a table's columns */
  table(name: string): { uniqueKeys: readonly (readonly string[])[]; notNull: ReadonlySet<string> };
  /** called now and then; throws when the time is up */
  tick(): void;
}

export interface Solver {
  /** Is there a state in which all of these hold? */
  ask(...formulas: Formula[]): Answer;
}

/** Facts that a reader of a model would ask about: rows that are there, settings that are set, members of the token. Fewer are better. */
const NOTEWORTHY = /^(here$|set |json:has |json:object )/;

/** So many witness rows a table. More are needed only where tables ask for one another's rows in a circle. */
const MOST_ROWS = 12;

/**
 * Decides formulas with quantifiers over rows.
 *
 * Quantifiers become propositions, each with a witness row for when it is true and an instance for every row that there is for when it is
 * false. That is complete: a state that satisfies the formula stays one when every row is taken away that is not a witness. Only where this
 * never ends (tables that ask for each other in a circle) is a bound set, and the answer says so. Then propositions are solved by SAT, and
 * equality and order check each assignment.
 */
export function newSolver(options: SolverOptions): Solver {
  const { logic, conversions, tick } = options;
  const sat = newSat(tick);
  const literals = new Map<Formula, number>();
  const equations: { formula: Extract<Formula, { kind: "equal" }>; variable: number }[] = [];
  const orders: { formula: Extract<Formula, { kind: "atMost" }>; variable: number }[] = [];
  const terms = new Set<Term>();
  const predicates = new Set<Extract<Formula, { kind: "predicate" }>>();
  const given = new Set<string>();
  const rowsOf = new Map<string, { row: Row; here: Formula }[]>();
  const quantifiers: { node: Extract<Formula, { kind: "exists" }>; variable: number; seen: number }[] = [];
  let bounded = false;
  let named = 0;

  for (const { row, table } of options.rows) tableRows(table).push({ row, here: logic.true });

  function tableRows(table: string): { row: Row; here: Formula }[] {
    const rows = rowsOf.get(table) ?? [];
    rowsOf.set(table, rows);
    return rows;
  }

  const always = sat.newVariable();
  sat.addClause([always]);

  function learnTerm(term: Term): void {
    if (terms.has(term)) return;
    terms.add(term);
    if (term.kind === "apply") for (const arg of term.args) learnTerm(arg);
  }

  /** The literal that stands for a formula; clauses that define it are added in both directions. */
  function literalOf(formula: Formula): number {
    if (formula.kind === "true") return always;
    if (formula.kind === "false") return -always;
    if (formula.kind === "not") return -literalOf(formula.arg);
    const known = literals.get(formula);
    if (known !== undefined) return known;
    const variable = sat.newVariable();
    literals.set(formula, variable);
    switch (formula.kind) {
      case "predicate":
        predicates.add(formula);
        if (NOTEWORTHY.test(formula.fn)) sat.preferFalse(variable);
        for (const arg of formula.args) learnTerm(arg);
        break;
      case "equal":
        learnTerm(formula.left);
        learnTerm(formula.right);
        equations.push({ formula, variable });
        break;
      case "atMost":
        if (formula.left) learnTerm(formula.left);
        if (formula.right) learnTerm(formula.right);
        orders.push({ formula, variable });
        break;
      case "exists":
        quantifiers.push({ node: formula, variable, seen: 0 });
        break;
      default: {
        const args = formula.args.map(literalOf);
        const sign = formula.kind === "and" ? 1 : -1;
        for (const arg of args) sat.addClause([-variable * sign, arg * sign]);
        sat.addClause([variable * sign, ...args.map((arg) => -arg * sign)]);
      }
    }
    return variable;
  }

  const assert = (formula: Formula): void => {
    if (formula.kind === "and") for (const arg of formula.args) assert(arg);
    else sat.addClause(formula.kind === "or" ? formula.args.map(literalOf) : [literalOf(formula)]);
  };

  /** Witness rows and instances for all quantifiers, until there is nothing new. */
  function ground(): boolean {
    let grew = false;
    for (let at = 0; at < quantifiers.length; at += 1) {
      const quantifier = quantifiers[at];
      if (!quantifier) break;
      const { node, variable } = quantifier;
      const rows = tableRows(node.row.table);
      if (quantifier.seen === 0) {
        grew = true;
        tick();
        if (rows.length < MOST_ROWS) {
          const row = logic.constantRow(node.row.table, `r${++named}`);
          const here = logic.predicate("here", row, []);
          rows.push({ row, here });
          sat.addClause([-variable, literalOf(logic.and(here, logic.instantiate(node.body, node.row, row)))]);
        } else {
          bounded = true;
          sat.addClause([
            -variable,
            ...rows.map(({ row, here }) => literalOf(logic.and(here, logic.instantiate(node.body, node.row, row)))),
          ]);
        }
      }
    }
    for (const quantifier of quantifiers) {
      const { node, variable } = quantifier;
      const rows = tableRows(node.row.table);
      for (; quantifier.seen < rows.length; quantifier.seen += 1) {
        const entry = rows[quantifier.seen];
        if (!entry) break;
        grew = true;
        tick();
        const instance = logic.instantiate(node.body, node.row, entry.row);
        sat.addClause([variable, literalOf(logic.not(logic.and(entry.here, instance)))]);
      }
    }
    return grew;
  }

  /** Rows that agree on a unique key are one row. */
  const merged = new Set<string>();
  function uniqueKeys(): Formula[] {
    const made: Formula[] = [];
    for (const [table, rows] of rowsOf) {
      const { uniqueKeys: keys, notNull } = options.table(table);
      if (rows.length < 2 || keys.length === 0) continue;
      const columns = columnsOf(table);
      const isNull = (column: string, row: Row): Formula =>
        notNull.has(column) ? logic.false : logic.predicate(`null ${column}`, row, []);
      for (const key of keys) {
        const parts = key.map((column) => columns.get(column));
        if (!parts.every((part) => part !== undefined && part.sort !== null)) continue;
        for (let one = 0; one < rows.length; one += 1)
          for (let two = one + 1; two < rows.length; two += 1) {
            const [a, b] = [rows[one], rows[two]];
            if (!a || !b) continue;
            const alike: Formula[] = [a.here, b.here];
            for (const column of key) {
              const sort = columns.get(column)?.sort ?? "";
              for (const { row } of [a, b]) alike.push(logic.not(isNull(column, row)));
              alike.push(logic.equal(logic.column(sort, a.row, column), logic.column(sort, b.row, column)));
            }
            for (const [column, { sort }] of columns) {
              const id = `${a.row.id} ${b.row.id} ${key.join()} ${column}`;
              if (merged.has(id)) continue;
              merged.add(id);
              const nulls = logic.iff(isNull(column, a.row), isNull(column, b.row));
              const values =
                sort === null
                  ? logic.iff(
                      logic.predicate(`true ${column}`, a.row, []),
                      logic.predicate(`true ${column}`, b.row, []),
                    )
                  : logic.equal(logic.column(sort, a.row, column), logic.column(sort, b.row, column));
              made.push(logic.or(logic.not(logic.and(...alike)), logic.and(nulls, values)));
            }
          }
      }
    }
    return made;
  }

  /** Columns of a table that the query speaks of, with their sorts; null for boolean ones. */
  function columnsOf(table: string): Map<string, { sort: string | null }> {
    const columns = new Map<string, { sort: string | null }>();
    for (const term of terms)
      if (term.kind === "column" && isIn(term.row, table)) columns.set(term.column, { sort: term.sort });
    for (const { fn, row } of predicates)
      if (row && isIn(row, table) && fn.startsWith("true ")) columns.set(fn.slice("true ".length), { sort: null });
    return columns;
  }

  const isIn = (row: Row, table: string): boolean =>
    row.table === table || options.rows.some((given) => given.row === row && given.table === table);

  /** Which terms some equation, true or not, could make equal. */
  function components(): Vocabulary["mayBeEqual"] {
    const parent = new Map<Term, Term>();
    const find = (term: Term): Term => {
      const up = parent.get(term);
      if (up === undefined || up === term) return term;
      const root = find(up);
      parent.set(term, root);
      return root;
    };
    for (const { formula } of equations) parent.set(find(formula.left), find(formula.right));
    return (left, right) => left === right || find(left) === find(right);
  }

  let saturated = "";
  function saturate(): void {
    if (sizes() === saturated) return;
    for (;;) {
      while (ground());
      tick();
      const before = sizes();
      const vocabulary: Vocabulary = { terms, predicates, mayBeEqual: components() };
      for (const axiom of [...axioms(logic, conversions, vocabulary, given), ...uniqueKeys()]) assert(axiom);
      if (sizes() !== before) continue;
      saturated = before;
      return;
    }
  }
  const sizes = (): string =>
    `${terms.size} ${predicates.size} ${equations.length} ${quantifiers.length} ${given.size}`;

  function check(): {
    conflicts: number[][];
    equality: ReturnType<typeof checkEquality>;
    order: ReturnType<typeof checkOrder>;
  } {
    const equality = checkEquality(
      equations.map(({ formula, variable }) => ({
        left: formula.left,
        right: formula.right,
        literal: sat.current(variable) ? variable : -variable,
      })),
    );
    const order = checkOrder(
      orders.map(({ formula, variable }) => ({
        left: formula.left,
        right: formula.right,
        bound: formula.bound,
        literal: sat.current(variable) ? variable : -variable,
      })),
    );
    return { conflicts: [...equality.conflicts, ...order.conflicts], equality, order };
  }

  return {
    ask: (...formulas) => {
      const assumptions = formulas.map(literalOf);
      saturate();
      let last: ReturnType<typeof check> | null = null;
      const found = sat.solve(assumptions, () => {
        last = check();
        return last.conflicts;
      });
      if (!found) return bounded ? { kind: "no within", rows: MOST_ROWS } : { kind: "no" };
      const { equality, order } = last ?? check();
      const values = new Map([...literals].map(([formula, variable]) => [formula, sat.value(variable)]));
      const holds = (formula: Formula): boolean | undefined => evaluate(formula, values);
      return {
        kind: "yes",
        model: {
          holds,
          rows: [...rowsOf.values()].flat().flatMap(({ row, here }) => (holds(here) === true ? [row] : [])),
          classOf: equality.classOf,
          numbers: order.values,
          terms: new Set(terms),
          predicates: new Set(predicates),
        },
      };
    },
  };
}

function evaluate(formula: Formula, values: ReadonlyMap<Formula, boolean>): boolean | undefined {
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
