import { CLAIMS_SETTING } from "../../encode/cast.ts";
import type { Term } from "../../logic/formula.ts";
import { isOrdered, SORT } from "../../logic/sort.ts";
import type { ValuationInput } from "../assignment.ts";
import type { Valuation } from "../valuation.ts";
import { candidates, type Candidates } from "./candidates.ts";
import type { Move, Moves } from "./search.ts";
import { isGiven } from "./terms.ts";

/** The moves of what a question speaks of. */
export function movesOf(input: ValuationInput, base: Valuation, spoken: ReadonlySet<Term>): Moves {
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
  const isCaseless = (text: string): boolean => text.toUpperCase() === text.toLowerCase();
  return {
    groups: [...together, ...alone].map((group) => movesOfGroup(group, values)),
    toCaseless: values.plain.filter(isCaseless).map((text) => allTo(free, values, () => text)),
    toText: values.spelled.filter((text) => !isCaseless(text)).flatMap((text) => inEachCase(free, values, text)),
  };
}

/** Texts, uuids, integers, labels and lists of texts may have any value; not what is read as a document. */
function isFree({ model }: ValuationInput, term: Term): boolean {
  if (term.kind === "setting" && term.name === CLAIMS_SETTING) return false;
  if (term.sort.kind === "array") return term.sort.element === SORT.text;
  if (isOrdered(term.sort) && term.sort !== SORT.int) return false;
  return ![...model.predicates].some(
    ({ symbol, args }) => (symbol.kind === "json" || symbol.kind === "json readable") && args[0] === term,
  );
}

function movesOfGroup(group: readonly Term[], values: Candidates): Move[] {
  const [first] = group;
  if (!first) return [];
  if (first.sort.kind === "array")
    return values.lists.map((list) => (given) => ({ ...given, lists: withAll(given.lists, group, list) }));
  return values.of(first).map((text) => (given) => ({ ...given, texts: withAll(given.texts, group, text) }));
}

const withAll = <V>(map: ReadonlyMap<Term, V>, group: readonly Term[], value: V): ReadonlyMap<Term, V> =>
  new Map([...map, ...group.map((term) => [term, value] as const)]);

/** So many texts are spelled in every combination of cases. */
const MOST_SPELLED = 3;

const CASES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.toLowerCase(),
];

/** The text for all terms, each in a case of its own, where they are few. */
function inEachCase(free: readonly Term[], values: Candidates, text: string): Move[] {
  const texts = free.filter(({ sort }) => sort === SORT.text);
  const each = texts.length <= MOST_SPELLED;
  return Array.from({ length: each ? CASES.length ** texts.length : CASES.length }, (_, way) =>
    allTo(free, values, (term) => {
      const at = each ? Math.floor(way / CASES.length ** texts.indexOf(term)) % CASES.length : way;
      return CASES[at]?.(text) ?? text;
    }),
  );
}

/** A text for all terms, and what is read from it. */
function allTo(free: readonly Term[], values: Candidates, textOf: (term: Term) => string): Move {
  const texts = free.flatMap((term) => {
    const value = term.sort === SORT.text ? textOf(term) : values.read(term, textOf(term));
    return value === null ? [] : [[term, value] as const];
  });
  const lists = free.filter(({ sort }) => sort.kind === "array").map((term) => [term, [textOf(term)]] as const);
  return (given) => ({ texts: new Map([...given.texts, ...texts]), lists: new Map([...given.lists, ...lists]) });
}
