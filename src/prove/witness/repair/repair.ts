import type { Formula, Term } from "../../logic/formula.ts";
import { SORT, isOrdered } from "../../logic/sort.ts";
import { arrayText } from "../../../pg/array-text.ts";
import { CLAIMS_SETTING } from "../../encode/cast.ts";
import type { ValuationInput } from "../assignment.ts";
import type { Valuation } from "../valuation.ts";
import { candidates, type Candidates } from "./candidates.ts";
import { evaluate, type Truth } from "./evaluate.ts";
import { isGiven, termsWith } from "./terms.ts";

/** Parts of formulas that are evaluated in all: each change that is tried evaluates every part. */
const MOST_EVALUATED = 600_000;

/**
 * Values that make true what was asked. Those that the model led to may not: it knows less of texts than PostgreSQL
 * does. Then values are changed, one after the other, as long as more of the question comes true; the values stay as
 * they are where that leads nowhere.
 */
export function repaired(input: ValuationInput, base: Valuation): Valuation {
  const parts = input.model.asked.flatMap((formula) => (formula.kind === "and" ? formula.args : [formula]));
  const spoken = new Set<Term>();
  const start: State = { texts: new Map(), lists: new Map() };
  let evaluated = 0;
  const failures = (state: State, hear?: (term: Term) => void): number => {
    const terms = termsWith(input, base, state, hear);
    const known = new Map<Formula, Truth>();
    const failed = parts.filter((part) => evaluate(input, terms, part, known) === false).length;
    evaluated += known.size;
    return failed;
  };
  const failing = failures(start, (term) => spoken.add(term));
  if (failing === 0) return base;
  const goOn = (): boolean => evaluated < MOST_EVALUATED;
  const found = search(movesOf(input, base, spoken), { state: start, failing, failures, goOn });
  return found ? overridden(base, found) : base;
}

interface State {
  texts: ReadonlyMap<Term, string>;
  lists: ReadonlyMap<Term, readonly (string | null)[]>;
}

/** One value in the place of another, for terms that have the same. */
type Move = (state: State) => State;

/** The moves of each term, of all terms that are equal in the model, and of all terms at once. */
function movesOf(input: ValuationInput, base: Valuation, spoken: ReadonlySet<Term>): Move[][] {
  const free = [...spoken].filter((term) => isGiven(term) && isFree(input, term));
  const present = free.flatMap((term) => (term.sort.kind === "array" ? [] : [base.print(term)]));
  const values = candidates(input, spoken, present);
  const groups = new Map<unknown, Term[]>();
  for (const term of free) {
    const id = input.model.classOf.get(term) ?? term;
    groups.set(id, [...(groups.get(id) ?? []), term]);
  }
  const together = [...groups.values()];
  const alone = together.filter((group) => group.length > 1).flatMap((group) => group.map((term) => [term]));
  const groupMoves = [...together, ...alone].map((group) => movesOfGroup(group, values));
  return [...groupMoves, movesOfAll(free, values)];
}

/** So many texts are spelled in every combination of cases. */
const MOST_SPELLED = 3;

/** One text for all terms, in the case of each, and what is read from it. */
function movesOfAll(free: readonly Term[], values: Candidates): Move[] {
  const texts = free.filter(({ sort }) => sort === SORT.text);
  const lists = free.filter(({ sort }) => sort.kind === "array");
  const others = free.filter(({ sort }) => sort === SORT.uuid || sort === SORT.int);
  const inCase = texts.length > 0 && texts.length <= MOST_SPELLED ? 3 ** texts.length : 3;
  return values.plain.flatMap((text) =>
    Array.from({ length: inCase }, (_, way): Move => {
      const spelled = texts.map(
        (term, n) => [term, CASES[inCase > 3 ? Math.floor(way / 3 ** n) % 3 : way]?.(text) ?? text] as const,
      );
      const computed = others.flatMap((term) => {
        const value = values.read(term, text);
        return value === null ? [] : [[term, value] as const];
      });
      return (state) => ({
        texts: new Map([...state.texts, ...spelled, ...computed]),
        lists: withAll(state.lists, lists, [text]),
      });
    }),
  );
}

const CASES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
];

function movesOfGroup(group: readonly Term[], values: Candidates): Move[] {
  const [first] = group;
  if (!first) return [];
  if (first.sort.kind === "array")
    return values.lists.map((list) => (state) => ({ ...state, lists: withAll(state.lists, group, list) }));
  return values.of(first).map((text) => (state) => ({ ...state, texts: withAll(state.texts, group, text) }));
}

const withAll = <V>(map: ReadonlyMap<Term, V>, group: readonly Term[], value: V): ReadonlyMap<Term, V> =>
  new Map([...map, ...group.map((term) => [term, value] as const)]);

/** Texts, uuids, integers, labels and lists of texts may have any value; not what is read as a document. */
function isFree({ model }: ValuationInput, term: Term): boolean {
  if (term.kind === "setting" && term.name === CLAIMS_SETTING) return false;
  if (term.sort.kind === "array") return term.sort.element === SORT.text;
  if (isOrdered(term.sort) && term.sort !== SORT.int) return false;
  return ![...model.predicates].some(
    ({ symbol, args }) => (symbol.kind === "json" || symbol.kind === "json readable") && args[0] === term,
  );
}

interface Search {
  state: State;
  failing: number;
  failures(state: State): number;
  goOn(): boolean;
}

/** A state without failures, by the best single move again and again, and by two at once where none is better. */
function search(moves: readonly (readonly Move[])[], { failures, goOn, ...from }: Search): State | null {
  let { state, failing } = from;
  while (goOn()) {
    const before = failing;
    let next = state;
    for (const move of steps(moves)) {
      const made = move(state);
      const count = failures(made);
      if (count < failing) [next, failing] = [made, count];
      if (failing === 0) return next;
      if (!goOn()) break;
    }
    if (failing === before) return null;
    state = next;
  }
  return null;
}

/** Single moves, then pairs of moves of two terms. */
function* steps(moves: readonly (readonly Move[])[]): Generator<Move> {
  yield* moves.flat();
  for (const [index, one] of moves.entries())
    for (const other of moves.slice(index + 1))
      for (let far = 0; far < one.length + other.length; far += 1)
        for (let at = Math.max(0, far - other.length + 1); at <= Math.min(far, one.length - 1); at += 1) {
          const [a, b] = [one[at], other[far - at]];
          if (a && b) yield (state) => b(a(state));
        }
}

const overridden = (base: Valuation, { texts, lists }: State): Valuation => ({
  print: (term) => {
    const list = lists.get(term);
    return list ? arrayText(list) : (texts.get(term) ?? base.print(term));
  },
  members: (term) => [...(lists.get(term) ?? base.members(term))],
});
