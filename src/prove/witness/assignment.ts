import type { Formula, Term } from "../logic/formula.ts";
import { labelsOf, type Conversions } from "../logic/functions.ts";
import type { Logic } from "../logic/logic.ts";
import type { Sort } from "../logic/sort.ts";
import type { PredicateSymbol } from "../logic/symbol.ts";
import type { Model } from "../solve/model.ts";
import { momentTexts } from "./moments.ts";

/** The model that values are made for. */
export interface ValuationInput {
  logic: Logic;
  conversions: Conversions;
  model: Model;
  /** what `now()` was taken to be, in microseconds since 1970 */
  now: number;
}

/** The texts that were given to terms so far, and the model that they have to fit. */
export interface Assignment extends ValuationInput {
  byClass: ReadonlyMap<number, readonly Term[]>;
  known: Map<Term, string>;
  /** texts that no made-up value may be: constants, and texts that were given */
  taken: Set<string>;
  /** members of arrays, by class or by the term that has none; null for NULL */
  arrays: Map<number | Term, (string | null)[]>;
  /** texts that are being worked out: one that hangs on itself gets a word of its own */
  busy: Set<Term>;
  /** the text of a moment of the model, given in microseconds */
  moment(moment: number): string;
  /** how many words and uuids were made up */
  words: number;
  uuids: number;
  /** the value of a term, as PostgreSQL prints it */
  print(term: Term): string;
}

export function newAssignment(input: ValuationInput, print: Assignment["print"]): Assignment {
  const { model } = input;
  const byClass = new Map<number, Term[]>();
  for (const [term, id] of model.classOf) {
    const list = byClass.get(id);
    if (list) list.push(term);
    else byClass.set(id, [term]);
  }
  const taken = new Set<string>();
  // of every sort: a uuid made up must not be one that a policy names
  for (const term of model.terms) if (term.kind === "constant") taken.add(String(term.value));
  const moment = momentTexts(input);
  return {
    ...input,
    byClass,
    known: new Map(),
    taken,
    arrays: new Map(),
    busy: new Set(),
    moment,
    words: 0,
    uuids: 0,
    print,
  };
}

/** The terms that are equal to one, itself included. */
export function classmates({ model, byClass }: Assignment, term: Term): readonly Term[] {
  const id = model.classOf.get(term);
  return id === undefined ? [term] : (byClass.get(id) ?? [term]);
}

export const isTrue = ({ model }: Assignment, formula: Formula): boolean => model.holds(formula) === true;

/** The predicate tells whether an input function takes the text. */
export const isReading = (symbol: PredicateSymbol): boolean =>
  symbol.kind === "readable" || symbol.kind === "json readable" || symbol.kind === "in domain";

export function remember(values: Assignment, term: Term, value: string): string {
  for (const mate of classmates(values, term)) values.known.set(mate, value);
  values.known.set(term, value);
  if (term.sort.kind === "text") values.taken.add(value);
  return value;
}

/** A label of an enum, if possible one that no other term has; undefined for any other sort. */
export function newLabel({ conversions, known }: Assignment, sort: Sort): string | undefined {
  const labels = labelsOf(conversions, sort);
  if (!labels) return undefined;
  const used = new Set([...known].flatMap(([other, value]) => (other.sort === sort ? [value] : [])));
  return labels.find((one) => !used.has(one)) ?? labels[0] ?? "";
}

/** A short text that is not taken. */
export function newWord(values: Assignment): string {
  for (;;) {
    values.words += 1;
    const text = values.words <= 26 ? String.fromCharCode(96 + values.words).repeat(3) : `w${values.words}`;
    if (!values.taken.has(text)) return text;
  }
}

/** A uuid that is not taken, easy to tell from the others; if asked, of digits alone. */
export function newUuid(values: Assignment, withoutLetters = false): string {
  const given = new Set(values.known.values());
  for (;;) {
    values.uuids += 1;
    const { uuids } = values;
    const digit = uuids <= 6 && !withoutLetters ? String.fromCharCode(96 + uuids) : String(uuids % 10);
    const last = uuids <= 15 ? digit.repeat(12) : String(uuids).padStart(12, "0");
    const text = [digit.repeat(8), digit.repeat(4), `4${digit.repeat(3)}`, `8${digit.repeat(3)}`, last].join("-");
    if (!given.has(text) && !values.taken.has(text)) return text;
  }
}

/** A text that none of the others is, out of spellings that mean the same. */
export const newSpelling = (values: Assignment, spellings: readonly string[]): string =>
  spellings.find((text) => !values.taken.has(text)) ?? spellings[0] ?? newWord(values);
