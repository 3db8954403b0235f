import type { NameKey } from "../../pg/name.ts";
import type { BoundRow, Formula, Row, Term } from "./formula.ts";
import { NUMERIC_UNIT } from "./conversion.ts";
import { scaled } from "./scaled.ts";
import { isOrdered, SORT, type Sort } from "./sort.ts";
import type { FunctionSymbol, PredicateSymbol } from "./symbol.ts";

const TRUE: Formula = { id: 0, open: 0, kind: "true" };
const FALSE: Formula = { id: -1, open: 0, kind: "false" };

/** The instances that were made for one pair of rows. */
export interface Instances {
  terms: Map<Term, Term>;
  formulas: Map<Formula, Formula>;
}

/**
 * Makes terms and formulas, each once. Constructors simplify what is plain to see and guarantee that constants are
 * folded.
 */
export class Logic {
  readonly true = TRUE;
  readonly false = FALSE;
  private readonly terms = new Map<string, Term>();
  private readonly formulas = new Map<string, Formula>();
  private readonly boundRows = new Map<string, BoundRow>();
  private readonly constantRows = new Map<string, Row>();
  private readonly pairs = new Map<string, Instances>();
  private next = 1;

  bool(value: boolean): Formula {
    return value ? TRUE : FALSE;
  }

  boundRow(table: NameKey, index: number): BoundRow {
    return intern(this.boundRows, `${index} ${table}`, () => ({ id: this.next++, table, kind: "bound", index }));
  }

  /** `name` is one of the prover's own, without a space. */
  constantRow(table: NameKey | null, name: string): Row {
    const key = `${name} ${table ?? ""}`;
    return intern(this.constantRows, key, () => ({ id: this.next++, table, kind: "constant", name }));
  }

  constant(sort: Sort, value: string | number): Term {
    const key = `c ${JSON.stringify(value)} ${sort.key}`;
    return intern(this.terms, key, () => ({ id: this.next++, open: 0, sort, kind: "constant", value }));
  }

  /** The text that a setting holds where it is set. */
  setting(name: string): Term {
    return intern(this.terms, `s ${name}`, () => ({
      id: this.next++,
      open: 0,
      sort: SORT.text,
      kind: "setting",
      name,
    }));
  }

  /** `now()` or `current_date`: it does not move while a statement runs. */
  clock(reads: "now" | "current_date"): Term {
    const sort = reads === "now" ? SORT.timestamptz : SORT.date;
    return intern(this.terms, `t ${reads}`, () => ({ id: this.next++, open: 0, sort, kind: "clock", reads }));
  }

  column(sort: Sort, row: Row, column: string): Term {
    return intern(this.terms, `r${row.id} ${JSON.stringify(column)} ${sort.key}`, () => ({
      id: this.next++,
      open: bit(row),
      sort,
      kind: "column",
      row,
      column,
    }));
  }

  apply(symbol: FunctionSymbol, args: readonly Term[]): Term {
    return intern(this.terms, `a ${ids(args)} ${symbol.key}`, () => ({
      id: this.next++,
      open: openOf(args),
      sort: symbol.sort,
      kind: "apply",
      symbol,
      args,
    }));
  }

  predicate(symbol: PredicateSymbol, row: Row | null, args: readonly Term[]): Formula {
    return intern(this.formulas, `p ${row?.id ?? "-"} ${ids(args)} ${symbol.key}`, () => ({
      id: this.next++,
      open: openOf(args) | (row ? bit(row) : 0),
      kind: "predicate",
      symbol,
      row,
      args,
    }));
  }

  equal(left: Term, right: Term): Formula {
    if (left === right) return TRUE;
    if (left.kind === "constant" && right.kind === "constant" && left.sort === right.sort) return FALSE;
    if (isOrdered(left.sort)) return this.and(this.difference(left, right, 0), this.difference(right, left, 0));
    const [first, second] = left.id < right.id ? [left, right] : [right, left];
    return intern(this.formulas, `e ${first.id} ${second.id}`, () => ({
      id: this.next++,
      open: first.open | second.open,
      kind: "equal",
      left: first,
      right: second,
    }));
  }

  /** left - right <= bound, for ordered sorts; null is zero. */
  difference(left: Term | null, right: Term | null, bound: number): Formula {
    if (left === right) return bound >= 0 ? TRUE : FALSE;
    if (left?.kind === "constant" && right?.kind === "constant")
      return Number(left.value) - Number(right.value) <= bound ? TRUE : FALSE;
    if (left?.kind === "apply" && left.symbol.kind === "plus")
      return this.difference(left.args[0] ?? null, right, bound - left.symbol.amount);
    if (right?.kind === "apply" && right.symbol.kind === "plus")
      return this.difference(left, right.args[0] ?? null, bound + right.symbol.amount);
    const simpler = scaled(left, right, bound);
    if (simpler) return this.difference(simpler.left, simpler.right, simpler.bound);
    const [wideLeft, wideRight] = [narrowed(left), narrowed(right)];
    // an integer that was widened is compared with a number, or another such, as the integer that it is
    if (wideLeft !== undefined && wideRight !== undefined && (wideLeft || wideRight))
      return this.difference(wideLeft, wideRight, Math.floor(bound / NUMERIC_UNIT));
    if (left?.kind === "constant") return this.difference(null, right, bound - Number(left.value));
    if (right?.kind === "constant") return this.difference(left, null, bound + Number(right.value));
    return intern(this.formulas, `d ${left?.id ?? "-"} ${right?.id ?? "-"} ${bound}`, () => ({
      id: this.next++,
      open: (left?.open ?? 0) | (right?.open ?? 0),
      kind: "atMost",
      left,
      right,
      bound,
    }));
  }

  /** left <= right, for ordered sorts. */
  atMost(left: Term, right: Term): Formula {
    return this.difference(left, right, 0);
  }

  /** left < right, for ordered sorts. */
  less(left: Term, right: Term): Formula {
    return this.difference(left, right, -1);
  }

  not(arg: Formula): Formula {
    if (arg === TRUE) return FALSE;
    if (arg === FALSE) return TRUE;
    if (arg.kind === "not") return arg.arg;
    return intern(this.formulas, `n ${arg.id}`, () => ({ id: this.next++, open: arg.open, kind: "not", arg }));
  }

  and(...args: readonly Formula[]): Formula {
    return this.join("and", args);
  }

  or(...args: readonly Formula[]): Formula {
    return this.join("or", args);
  }

  iff(left: Formula, right: Formula): Formula {
    return this.or(this.and(left, right), this.and(this.not(left), this.not(right)));
  }

  /** A conjunction or a disjunction, flat and without repetitions. */
  join(kind: "and" | "or", given: readonly Formula[]): Formula {
    const [unit, zero] = kind === "and" ? [TRUE, FALSE] : [FALSE, TRUE];
    const set = new Set<Formula>();
    for (const arg of given)
      for (const flat of arg.kind === kind ? arg.args : [arg]) {
        if (flat === zero) return zero;
        if (flat !== unit) set.add(flat);
      }
    for (const arg of set) if (set.has(this.not(arg))) return zero;
    const args = [...set].toSorted((a, b) => a.id - b.id);
    const [only] = args;
    if (only === undefined) return unit;
    if (args.length === 1) return only;
    return intern(this.formulas, `${kind} ${ids(args)}`, () => ({
      id: this.next++,
      open: openOf(args),
      kind,
      args,
    }));
  }

  exists(row: BoundRow, body: Formula): Formula {
    if (body === FALSE) return FALSE;
    const mask = bit(row);
    // what does not speak of the row stands outside: so two ways to write one sub-query become one
    const parts = body.kind === "and" ? body.args : [body];
    const outside = parts.filter((part) => (part.open & mask) === 0);
    const inside = this.and(...parts.filter((part) => (part.open & mask) !== 0));
    const node: Formula = intern(this.formulas, `x ${row.id} ${inside.id}`, () => ({
      id: this.next++,
      open: inside.open & ~mask,
      kind: "exists",
      row,
      body: inside,
    }));
    return this.and(...outside, node);
  }

  /** The memo of `instantiate` for a pair of rows, for the life of the logic: solvers name their witness rows alike. */
  instancesOf(bound: BoundRow, row: Row): Instances {
    return intern(this.pairs, `${bound.id} ${row.id}`, () => ({ terms: new Map(), formulas: new Map() }));
  }
}

/** The bound row as a bit of `open`. */
export const bit = (row: Row): number => (row.kind === "bound" ? 1 << row.index : 0);

/** The integer that a widened term was, null for zero; undefined for any other term. */
const narrowed = (term: Term | null): Term | null | undefined =>
  term === null ? null : term.kind === "apply" && term.symbol.kind === "widen" ? term.args[0] : undefined;

const openOf = (args: readonly { open: number }[]): number => args.reduce((open, arg) => open | arg.open, 0);

const ids = (args: readonly { id: number }[]): string => args.map((arg) => arg.id).join(",");

function intern<T>(table: Map<string, T>, key: string, make: () => T): T {
  const known = table.get(key);
  if (known !== undefined) return known;
  const made = make();
  table.set(key, made);
  return made;
}
