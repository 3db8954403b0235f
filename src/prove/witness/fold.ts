import { PURE } from "../logic/functions.ts";
import type { ApplyTerm, Term } from "../logic/formula.ts";
import { languageOf } from "../logic/language.ts";
import type { Model } from "../solve/model.ts";
import { classmates, isTrue, isReading, newWord, type Assignment } from "./assignment.ts";

export type Case = "lower" | "upper";
export type Fold = ApplyTerm & { readonly symbol: { readonly kind: "fold"; readonly to: Case } };

/** lower or upper of a text. */
export const isFold = (term: Term): term is Fold => term.kind === "apply" && term.symbol.kind === "fold";

const foldsOfModel = new WeakMap<Model, readonly Fold[]>();

/** Every lower and upper that a model speaks of. */
function foldsIn(model: Model): readonly Fold[] {
  const folds = foldsOfModel.get(model) ?? [...model.terms].filter(isFold);
  foldsOfModel.set(model, folds);
  return folds;
}

/** lower and upper of a text, where that is another text. */
export const foldsOf = ({ model }: Assignment, mates: readonly Term[]): Fold[] =>
  foldsIn(model).filter((term) => term.args[0] !== undefined && mates.includes(term.args[0]) && !mates.includes(term));

/**
 * Letters that do not come back where their case is folded twice: the Kelvin sign is a capital whose small letter has
 * another capital, and the long s a small letter whose capital has another small letter.
 */
const NO_WAY_BACK: Readonly<Record<Case, string>> = { upper: "\u212A", lower: "\u017F" };

/** The letter that the model needs in a text, in which upper(lower(…)) is not upper(…), or the reverse; null: none. */
function letterWithoutWayBack(values: Assignment, mates: readonly Term[]): string | null {
  const folds = foldsIn(values.model);
  const of = (term: Term): Fold[] => folds.filter(({ args }) => args[0] === term);
  for (const mate of mates)
    for (const once of of(mate))
      for (const twice of of(once)) {
        const same = classmates(values, twice);
        const direct = of(mate).find(({ symbol }) => symbol.to === twice.symbol.to);
        if (direct && direct !== once && !same.includes(direct)) return NO_WAY_BACK[twice.symbol.to];
      }
  return null;
}

/** A word with such a letter, where the text needs one. */
export function unusualText(values: Assignment, mates: readonly Term[]): string | null {
  const letter = letterWithoutWayBack(values, mates);
  return letter === null ? null : `${newWord(values)}${letter}`;
}

/**
 * The text that a fold has, out of a text that is settled before it: by what it is read as, by its letters, by patterns
 * or by its parts; null: of none.
 */
export function foldOfSettled(values: Assignment, mates: readonly Term[]): string | null {
  for (const mate of mates) {
    const [arg] = isFold(mate) ? mate.args : [];
    if (!isFold(mate) || !arg || mates.includes(arg) || values.busy.has(arg)) continue;
    const { to } = mate.symbol;
    if (isRead(values, arg)) return PURE[to](values.print(arg)) ?? null;
    if (values.known.has(arg) || isUnusual(values, arg) || isPatterned(values, arg) || isSplit(values, arg))
      return to === "lower" ? values.print(arg).toLowerCase() : values.print(arg).toUpperCase();
  }
  return null;
}

function isUnusual(values: Assignment, text: Term): boolean {
  if (letterWithoutWayBack(values, classmates(values, text)) !== null) return true;
  const [arg] = isFold(text) ? text.args : [];
  return arg !== undefined && isUnusual(values, arg);
}

/** The text is split into parts. */
function isSplit(values: Assignment, text: Term): boolean {
  const mates = classmates(values, text);
  return [...values.model.terms].some(
    (term) =>
      term.kind === "apply" &&
      term.symbol.kind === "split" &&
      term.args[0] !== undefined &&
      mates.includes(term.args[0]),
  );
}

/** Patterns are about the text, or about what it folds to. */
function isPatterned(values: Assignment, text: Term): boolean {
  const mates = classmates(values, text);
  const terms = [...mates, ...foldsOf(values, mates).flatMap((term) => classmates(values, term))];
  return [...values.model.predicates].some(
    (predicate) =>
      predicate.args[0] !== undefined && terms.includes(predicate.args[0]) && languageOf(predicate) !== null,
  );
}

/** An input function takes the text. */
export function isRead(values: Assignment, text: Term): boolean {
  const mates = classmates(values, text);
  return [...values.model.predicates].some((predicate) => {
    const [arg] = predicate.args;
    return isReading(predicate.symbol) && arg !== undefined && mates.includes(arg) && isTrue(values, predicate);
  });
}
