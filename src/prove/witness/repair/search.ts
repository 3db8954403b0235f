import type { Term } from "../../logic/formula.ts";

/** Values that are given to terms in the place of those that the model led to. */
export interface Given {
  texts: ReadonlyMap<Term, string>;
  lists: ReadonlyMap<Term, readonly (string | null)[]>;
}

/** Other values for some terms. */
export type Move = (given: Given) => Given;

export interface Moves {
  /** of terms that are equal in the model, or of one of them: each has one value in the place of another */
  groups: readonly (readonly Move[])[];
  /** of all terms at once: to a text without letters, and to any other text */
  toCaseless: readonly Move[];
  toText: readonly Move[];
}

interface Search {
  given: Given;
  failing: number;
  failures(given: Given): number;
  goOn(): boolean;
}

/** Values without failures, by the best move again and again; null where none makes fewer of them. */
export function search(moves: Moves, { failures, goOn, ...from }: Search): Given | null {
  let { given, failing } = from;
  while (goOn()) {
    const before = failing;
    let next = given;
    for (const move of steps(moves)) {
      const made = move(given);
      const count = failures(made);
      if (count < failing) [next, failing] = [made, count];
      if (failing === 0) return next;
      if (!goOn()) break;
    }
    if (failing === before) return null;
    given = next;
  }
  return null;
}

/** Single moves, all terms at once, one term beside those, then two groups of terms. */
function* steps({ groups, toCaseless, toText }: Moves): Generator<Move> {
  yield* groups.flat();
  yield* toCaseless;
  yield* toText;
  for (const all of toCaseless) for (const one of groups.flat()) yield (given) => one(all(given));
  for (const [index, one] of groups.entries()) for (const other of groups.slice(index + 1)) yield* pairs(one, other);
}

/** The first of each first. */
function* pairs(one: readonly Move[], other: readonly Move[]): Generator<Move> {
  for (let far = 0; far < one.length + other.length; far += 1)
    for (let at = Math.max(0, far - other.length + 1); at <= Math.min(far, one.length - 1); at += 1) {
      const [first, second] = [one[at], other[far - at]];
      if (first && second) yield (given) => second(first(given));
    }
}
