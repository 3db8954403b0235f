import { groupBy } from "../../pg/group-by.ts";
import { NUMERIC_UNIT } from "../logic/conversion.ts";
import type { Term } from "../logic/formula.ts";

export interface OrderFact {
  /** left - right <= bound; null is zero */
  left: Term | null;
  right: Term | null;
  bound: number;
  /** as it is assigned: negative where the opposite holds, right - left <= -bound - 1 */
  literal: number;
}

export interface Order {
  conflicts: number[][];
  /** whole numbers that satisfy every fact; empty when there is a conflict */
  values: ReadonlyMap<Term, number>;
}

/**
 * Differences of whole numbers over a full assignment: consistent exactly when no cycle has a negative sum (Bellman and
 * Ford).
 */
export function checkOrder(facts: readonly OrderFact[]): Order {
  // each sort counts from a zero of its own: microseconds must not push the integers about
  const bySort = groupBy(facts, ({ left, right }) => (left ?? right)?.sort ?? null);
  if (bySort.size < 2) return checkSort(facts);
  const orders = [...bySort.values()].map(checkSort);
  return {
    conflicts: orders.flatMap(({ conflicts }) => conflicts),
    values: new Map(orders.flatMap(({ values }) => [...values])),
  };
}

function checkSort(facts: readonly OrderFact[]): Order {
  if (facts.length === 0) return { conflicts: [], values: new Map() };
  const edges = facts.map(({ left, right, bound, literal }) =>
    literal > 0
      ? { from: right, to: left, weight: bound, literal }
      : { from: left, to: right, weight: -bound - 1, literal },
  );
  const distance = new Map<Term | null, number>([[null, 0]]);
  for (const { from, to } of edges) {
    distance.set(from, 0);
    distance.set(to, 0);
  }
  const cameBy = new Map<Term | null, { from: Term | null; literal: number }>();
  let last: Term | null | undefined;
  for (let round = 0; round <= distance.size; round += 1) {
    last = undefined;
    for (const { from, to, weight, literal } of edges) {
      const reach = (distance.get(from) ?? 0) + weight;
      if (reach >= (distance.get(to) ?? 0)) continue;
      distance.set(to, reach);
      cameBy.set(to, { from, literal });
      last = to;
    }
    if (last === undefined) break;
  }
  if (last === undefined) {
    const zero = distance.get(null) ?? 0;
    const values = new Map<Term, number>();
    for (const [term, value] of distance) if (term !== null) values.set(term, value - zero);
    arrange(values, edges);
    return { conflicts: [], values };
  }
  // still falling after as many rounds as there are terms: walk back until inside the cycle, then around it
  let node: Term | null = last;
  for (let step = 0; step < distance.size; step += 1) node = cameBy.get(node)?.from ?? null;
  const clause: number[] = [];
  const start: Term | null = node;
  do {
    const step = cameBy.get(node);
    if (!step) break;
    clause.push(-step.literal);
    node = step.from;
  } while (node !== start);
  return { conflicts: [clause], values: new Map() };
}

interface Edge {
  from: Term | null;
  to: Term | null;
  weight: number;
}

/** The least and the greatest number that a term may have while the others keep theirs. */
function roomOf(term: Term, edges: readonly Edge[], values: ReadonlyMap<Term, number>): [number, number] {
  const valueOf = (other: Term | null): number => (other === null ? 0 : (values.get(other) ?? 0));
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { from, to, weight } of edges) {
    if (to === term && from !== term) high = Math.min(high, valueOf(from) + weight);
    if (from === term && to !== term) low = Math.max(low, valueOf(to) - weight);
  }
  return [low, high];
}

/**
 * Values that are easy to come by: numbers of few decimals, and where intervals are spoken of, moments in the middle of
 * their room, since the real clock goes on and the length of an interval is known but roughly.
 */
function arrange(values: Map<Term, number>, edges: readonly Edge[]): void {
  const isShift = (term: Term): boolean => term.kind === "apply" && term.symbol.kind === "shift";
  const terms = [...values.keys()];
  const moments = terms.some(isShift) ? [...terms.filter(isShift), ...terms.filter((term) => !isShift(term))] : [];
  // each finds more room when the others have
  for (const term of Array.from({ length: 6 }, () => moments).flat()) {
    const [low, high] = roomOf(term, edges, values);
    if (low === high || term.sort.kind === "date") continue;
    if (Number.isFinite(low) && Number.isFinite(high)) values.set(term, Math.floor((low + high) / 2));
    else if (Number.isFinite(low)) values.set(term, low + A_DAY);
    else if (Number.isFinite(high)) values.set(term, high - A_DAY);
  }
  for (const [of, remainders] of remaindersOf(terms)) {
    const found = withRemainders(remainders, roomOf(of, edges, values), values);
    if (found !== undefined) values.set(of, found);
  }
  for (const term of terms)
    if (term.sort.kind === "numeric" || term.sort.kind === "float")
      values.set(term, plainest(values.get(term) ?? 0, roomOf(term, edges, values)));
}

type Remainder = { term: Term; divisor: number };

/** Integers of which remainders are spoken of, with those. */
function remaindersOf(terms: readonly Term[]): Map<Term, Remainder[]> {
  const found = new Map<Term, Remainder[]>();
  for (const term of terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "remainder") continue;
    const [of] = term.args;
    if (of) found.set(of, [...(found.get(of) ?? []), { term, divisor: term.symbol.divisor }]);
  }
  return found;
}

/** So many integers of the room are tried. */
const MOST_TRIED = 1000;

/** An integer in the room that has the remainders, near to 0; undefined where none was found. */
function withRemainders(
  remainders: readonly Remainder[],
  [low, high]: readonly [number, number],
  values: ReadonlyMap<Term, number>,
): number | undefined {
  const from = Math.min(Math.max(0, low), high);
  return Array.from({ length: MOST_TRIED }, (_, at) => from + (at % 2 === 0 ? at / 2 : -(at + 1) / 2)).find(
    (one) =>
      low <= one &&
      one <= high &&
      remainders.every(({ term, divisor }) => (one % divisor) - (values.get(term) ?? 0) === 0),
  );
}

const A_DAY = 86_400_000_000;

/** A number in the room, with as few decimals as can be. */
function plainest(value: number, [low, high]: readonly [number, number]): number {
  for (const unit of [NUMERIC_UNIT, NUMERIC_UNIT / 10, NUMERIC_UNIT / 100, NUMERIC_UNIT / 10_000]) {
    const near = [Math.round(value / unit), Math.ceil(low / unit), Math.floor(high / unit)].map((one) => one * unit);
    const found = near.find((one) => Number.isFinite(one) && low <= one && one <= high);
    if (found !== undefined) return found === 0 ? 0 : found;
  }
  return value;
}
