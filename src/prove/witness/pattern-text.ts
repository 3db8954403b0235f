import { newAutomaton, type Automaton } from "../logic/automaton.ts";
import type { Term } from "../logic/formula.ts";
import { languageOf } from "../logic/language.ts";
import { findText, type Wanted } from "../logic/language-search.ts";
import { classmates, type Assignment } from "./assignment.ts";
import { fits } from "./fits.ts";
import { foldsOf, isFold, type Case } from "./fold.ts";

/**
 * A text that patterns match, or do not, as the model has it: patterns of the text itself, and of what lower and upper
 * make of it. Null where no pattern is about it, or none is found.
 */
export function patternText(values: Assignment, mates: readonly Term[]): string | null {
  const folds = foldsOf(values, mates);
  const wanted = [
    ...languages(values, mates),
    ...folds.flatMap((term) => languages(values, classmates(values, term), term.symbol.to)),
  ];
  if (wanted.length === 0) return null;
  const own = mates.filter(isFold).map(({ symbol }) => without(symbol.to, true));
  const known = folds.flatMap((term) => knownFold(values, term, term.symbol.to));
  // a fold that the model tells from its text changes a letter, if that can be
  const changed = folds.map(({ symbol }) => without(symbol.to, false));
  const found =
    findText(
      [...wanted, ...own, ...known, ...changed],
      (text) => values.taken.has(text) || !fits(values, mates, text),
    ) ?? findText([...wanted, ...own, ...known], (text) => values.taken.has(text));
  return found ?? null;
}

/** The patterns of terms that are one text; `to`: which the text to be found gives when its case is folded. */
function languages({ model }: Assignment, mates: readonly Term[], to?: Case): Wanted[] {
  return [...model.predicates].flatMap((predicate) => {
    const [arg] = predicate.args;
    if (!arg || !mates.includes(arg)) return [];
    const language = languageOf(predicate);
    const holds = model.holds(predicate);
    return language && holds !== undefined ? [{ ...imageOf(to), automaton: language.automaton, accepted: holds }] : [];
  });
}

/** What a fold gives is a constant, or was given a text before. */
function knownFold(values: Assignment, term: Term, to: Case): Wanted[] {
  const constant = classmates(values, term).find((mate) => mate.kind === "constant");
  const text = constant?.kind === "constant" ? String(constant.value) : values.known.get(term);
  return text === undefined ? [] : [{ ...imageOf(to), automaton: literal(text), accepted: true }];
}

const imageOf = (to: Case | undefined): Pick<Wanted, "image"> =>
  to === undefined ? {} : { image: (char) => (to === "lower" ? char.toLowerCase() : char.toUpperCase()) };

const literal = (text: string): Automaton =>
  newAutomaton({ kind: "sequence", parts: [...text].map((char) => ({ kind: "character", char })) }, false);

/** Texts without a letter that the fold changes. */
const without = (to: Case, accepted: boolean): Wanted => ({ automaton: UNCHANGED[to], accepted });

const unchanged = (first: string, last: string): Automaton =>
  newAutomaton(
    {
      kind: "repeat",
      of: { kind: "class", ranges: [[first.charCodeAt(0), last.charCodeAt(0)]], negated: true },
      least: 0,
      most: null,
    },
    false,
  );

const UNCHANGED: Readonly<Record<Case, Automaton>> = { lower: unchanged("A", "Z"), upper: unchanged("a", "z") };
