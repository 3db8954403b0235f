/**
 * Terms and formulas of first-order logic over rows: what policies are translated into. Hash-consed: equal means identical (`===`), so
 * sub-queries that mean the same share one atom. Constructors simplify what is plain to see and guarantee that constants are folded.
 *
 * Assumes nothing about SQL: nulls and errors are formulas of their own by the time they come here (`encode/`).
 */

/** `text`, `uuid`, `int`, `date`, `timestamp`, `enum public.staff_role`, `array uuid`; anything else stands for itself and knows equality only. */
export type Sort = string;

/** Sorts whose terms are ordered and stand for whole numbers: integers, days, microseconds. */
export const ORDERED: ReadonlySet<Sort> = new Set(["int", "date", "timestamp", "timestamptz"]);

/** A row of a table: one that a quantifier binds (`index` counts the quantifiers around it), or a constant. */
export type Row = { id: number; table: string } & (
  | { kind: "bound"; index: number }
  | { kind: "constant"; name: string }
);

export type Term = { id: number; sort: Sort; /** bits of the bound rows in it */ open: number } & (
  | { kind: "constant"; value: string | number }
  /** a value of its own: what a setting holds */
  | { kind: "variable"; name: string }
  | { kind: "column"; row: Row; column: string }
  | { kind: "apply"; fn: string; args: readonly Term[] }
);

export type Formula = { id: number; open: number } & (
  | { kind: "true" }
  | { kind: "false" }
  /** a fact with a name, about a row, terms, or nothing */
  | { kind: "predicate"; fn: string; row: Row | null; args: readonly Term[] }
  | { kind: "equal"; left: Term; right: Term }
  /** left - right <= bound, for ordered sorts; null stands for zero */
  | { kind: "atMost"; left: Term | null; right: Term | null; bound: number }
  | { kind: "not"; arg: Formula }
  | { kind: "and" | "or"; args: readonly Formula[] }
  /** some row that is there satisfies the body */
  | { kind: "exists"; row: Row; body: Formula }
);

export interface Logic {
  readonly true: Formula;
  readonly false: Formula;
  bool(value: boolean): Formula;
  boundRow(table: string, index: number): Row;
  constantRow(table: string, name: string): Row;
  constant(sort: Sort, value: string | number): Term;
  variable(sort: Sort, name: string): Term;
  column(sort: Sort, row: Row, column: string): Term;
  apply(sort: Sort, fn: string, args: readonly Term[]): Term;
  predicate(fn: string, row: Row | null, args: readonly Term[]): Formula;
  equal(left: Term, right: Term): Formula;
  /** left <= right, for ordered sorts */
  atMost(left: Term, right: Term): Formula;
  /** left < right, for ordered sorts */
  less(left: Term, right: Term): Formula;
  not(arg: Formula): Formula;
  and(...args: readonly Formula[]): Formula;
  or(...args: readonly Formula[]): Formula;
  iff(left: Formula, right: Formula): Formula;
  exists(row: Row, body: Formula): Formula;
  /** The formula with a constant row in the place of a bound one. */
  instantiate(formula: Formula, bound: Row, row: Row): Formula;
  instantiateTerm(term: Term, bound: Row, row: Row): Term;
}

export function newLogic(): Logic {
  const terms = new Map<string, Term>();
  const formulas = new Map<string, Formula>();
  const rows = new Map<string, Row>();
  let next = 1;

  const bit = (row: Row): number => (row.kind === "bound" ? 1 << row.index : 0);
  const openOf = (args: readonly Term[]): number => args.reduce((open, arg) => open | arg.open, 0);
  const ids = (args: readonly { id: number }[]): string => args.map((arg) => arg.id).join(",");

  const internTerm = (key: string, make: () => Term): Term => {
    const known = terms.get(key);
    if (known) return known;
    const made = make();
    terms.set(key, made);
    return made;
  };
  const intern = (key: string, make: () => Formula): Formula => {
    const known = formulas.get(key);
    if (known) return known;
    const made = make();
    formulas.set(key, made);
    return made;
  };
  const internRow = (key: string, make: () => Row): Row => {
    const known = rows.get(key);
    if (known) return known;
    const made = make();
    rows.set(key, made);
    return made;
  };

  const TRUE: Formula = { id: 0, open: 0, kind: "true" };
  const FALSE: Formula = { id: -1, open: 0, kind: "false" };

  const constant = (sort: Sort, value: string | number): Term =>
    internTerm(`c ${sort} ${typeof value} ${value}`, () => ({ id: next++, open: 0, sort, kind: "constant", value }));
  const column = (sort: Sort, row: Row, name: string): Term =>
    internTerm(`r${row.id} ${sort} ${name}`, () => ({
      id: next++,
      open: bit(row),
      sort,
      kind: "column",
      row,
      column: name,
    }));
  const apply = (sort: Sort, fn: string, args: readonly Term[]): Term =>
    internTerm(`a ${ids(args)} ${sort} ${fn}`, () => ({
      id: next++,
      open: openOf(args),
      sort,
      kind: "apply",
      fn,
      args,
    }));
  const predicate = (fn: string, row: Row | null, args: readonly Term[]): Formula =>
    intern(`p ${row?.id ?? "-"} ${ids(args)} ${fn}`, () => ({
      id: next++,
      open: openOf(args) | (row ? bit(row) : 0),
      kind: "predicate",
      fn,
      row,
      args,
    }));

  const difference = (left: Term | null, right: Term | null, bound: number): Formula => {
    if (left === right) return bound >= 0 ? TRUE : FALSE;
    if (left?.kind === "constant" && right?.kind === "constant")
      return Number(left.value) - Number(right.value) <= bound ? TRUE : FALSE;
    if (left?.kind === "constant") return difference(null, right, bound - Number(left.value));
    if (right?.kind === "constant") return difference(left, null, bound + Number(right.value));
    return intern(`d ${left?.id ?? "-"} ${right?.id ?? "-"} ${bound}`, () => ({
      id: next++,
      open: (left?.open ?? 0) | (right?.open ?? 0),
      kind: "atMost",
      left,
      right,
      bound,
    }));
  };

  const equal = (left: Term, right: Term): Formula => {
    if (left === right) return TRUE;
    if (left.kind === "constant" && right.kind === "constant" && left.sort === right.sort) return FALSE;
    if (ORDERED.has(left.sort)) return and(difference(left, right, 0), difference(right, left, 0));
    const [first, second] = left.id < right.id ? [left, right] : [right, left];
    return intern(`e ${first.id} ${second.id}`, () => ({
      id: next++,
      open: first.open | second.open,
      kind: "equal",
      left: first,
      right: second,
    }));
  };

  const not = (arg: Formula): Formula => {
    if (arg === TRUE) return FALSE;
    if (arg === FALSE) return TRUE;
    if (arg.kind === "not") return arg.arg;
    return intern(`n ${arg.id}`, () => ({ id: next++, open: arg.open, kind: "not", arg }));
  };

  const nary = (kind: "and" | "or", given: readonly Formula[]): Formula => {
    const [unit, zero] = kind === "and" ? [TRUE, FALSE] : [FALSE, TRUE];
    const set = new Set<Formula>();
    for (const arg of given)
      for (const flat of arg.kind === kind ? arg.args : [arg]) {
        if (flat === zero) return zero;
        if (flat !== unit) set.add(flat);
      }
    for (const arg of set) if (set.has(not(arg))) return zero;
    const args = [...set].toSorted((a, b) => a.id - b.id);
    const [only] = args;
    if (only === undefined) return unit;
    if (args.length === 1) return only;
    return intern(`${kind} ${ids(args)}`, () => ({
      id: next++,
      open: args.reduce((open, arg) => open | arg.open, 0),
      kind,
      args,
    }));
  };
  const and = (...args: readonly Formula[]): Formula => nary("and", args);
  const or = (...args: readonly Formula[]): Formula => nary("or", args);

  const exists = (row: Row, body: Formula): Formula => {
    if (body === FALSE) return FALSE;
    const mask = bit(row);
    // what does not speak of the row stands outside: so two ways to write one sub-query become one
    const parts = body.kind === "and" ? body.args : [body];
    const outside = parts.filter((part) => (part.open & mask) === 0);
    const inside = and(...parts.filter((part) => (part.open & mask) !== 0));
    const node = intern(`x ${row.id} ${inside.id}`, () => ({
      id: next++,
      open: inside.open & ~mask,
      kind: "exists",
      row,
      body: inside,
    }));
    return and(...outside, node);
  };

  // one cache for each pair of rows, dropped with the logic
  const instances = new Map<string, { terms: Map<Term, Term>; formulas: Map<Formula, Formula> }>();
  const cacheOf = (bound: Row, row: Row): { terms: Map<Term, Term>; formulas: Map<Formula, Formula> } => {
    const key = `${bound.id} ${row.id}`;
    const known = instances.get(key) ?? { terms: new Map(), formulas: new Map() };
    instances.set(key, known);
    return known;
  };
  const instantiateTerm = (term: Term, bound: Row, row: Row): Term => {
    if ((term.open & bit(bound)) === 0) return term;
    const cache = cacheOf(bound, row).terms;
    const known = cache.get(term);
    if (known) return known;
    const made =
      term.kind === "column"
        ? column(term.sort, term.row === bound ? row : term.row, term.column)
        : term.kind === "apply"
          ? apply(
              term.sort,
              term.fn,
              term.args.map((arg) => instantiateTerm(arg, bound, row)),
            )
          : term;
    cache.set(term, made);
    return made;
  };
  const instantiate = (formula: Formula, bound: Row, row: Row): Formula => {
    if ((formula.open & bit(bound)) === 0) return formula;
    const cache = cacheOf(bound, row).formulas;
    const known = cache.get(formula);
    if (known) return known;
    const term = (arg: Term): Term => instantiateTerm(arg, bound, row);
    const made = ((): Formula => {
      switch (formula.kind) {
        case "true":
        case "false":
          return formula;
        case "predicate":
          return predicate(formula.fn, formula.row === bound ? row : formula.row, formula.args.map(term));
        case "equal":
          return equal(term(formula.left), term(formula.right));
        case "atMost":
          return difference(formula.left && term(formula.left), formula.right && term(formula.right), formula.bound);
        case "not":
          return not(instantiate(formula.arg, bound, row));
        case "and":
        case "or":
          return nary(
            formula.kind,
            formula.args.map((arg) => instantiate(arg, bound, row)),
          );
        case "exists":
          return exists(formula.row, instantiate(formula.body, bound, row));
      }
    })();
    cache.set(formula, made);
    return made;
  };

  return {
    true: TRUE,
    false: FALSE,
    bool: (value) => (value ? TRUE : FALSE),
    boundRow: (table, index) => internRow(`b ${index} ${table}`, () => ({ id: next++, table, kind: "bound", index })),
    constantRow: (table, name) =>
      internRow(`c ${name} ${table}`, () => ({ id: next++, table, kind: "constant", name })),
    constant,
    variable: (sort, name) =>
      internTerm(`v ${sort} ${name}`, () => ({ id: next++, open: 0, sort, kind: "variable", name })),
    column,
    apply,
    predicate,
    equal,
    atMost: (left, right) => difference(left, right, 0),
    less: (left, right) => difference(left, right, -1),
    not,
    and,
    or,
    iff: (left, right) => or(and(left, right), and(not(left), not(right))),
    exists,
    instantiate,
    instantiateTerm,
  };
}
