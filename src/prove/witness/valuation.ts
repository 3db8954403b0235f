import { arrayText } from "../../pg/array-text.ts";
import { NUMERIC_UNIT, parseUuid, printDate, printNumeric, printTimestamp } from "../logic/conversion.ts";
import type { Predicate, Term } from "../logic/formula.ts";
import { labelsOf, PURE, splitText } from "../logic/functions.ts";
import { languageOf } from "../logic/language.ts";
import { findText } from "../logic/language-search.ts";
import { SORT, TYPE, type ScalarType, type Sort } from "../logic/sort.ts";
import { ARRAY_EMPTY, ARRAY_HAS_NULL, hasPart, input, READS_TRUE } from "../logic/symbol.ts";
import {
  classmates,
  isReading,
  isTrue,
  newSpelling,
  newUuid,
  newAssignment,
  newWord,
  remember,
  type ValuationInput,
  type Assignment,
} from "./assignment.ts";
import { fits } from "./fits.ts";
import { foldOfSettled, isFold, isRead, unusualText } from "./fold.ts";
import { listTextOf, printList } from "./json-list.ts";

const MICROSECONDS_A_DAY = 86_400_000_000;

/**
 * Concrete values for the terms of a model, as Postgres prints them; terms that are equal have the same. Constants come
 * first, then what conversions ask for, then words of their own.
 */
export interface Valuation {
  /** of an array: its text */
  print(term: Term): string;
  /** of an array of texts: its members, null for NULL */
  members(term: Term): (string | null)[];
}

export function newValuation(given: ValuationInput): Valuation {
  const values = newAssignment(given);
  return {
    print: (term) => (term.sort.kind === "array" ? arrayText(elements(values, term)) : print(values, term)),
    members: (term) => elements(values, term),
  };
}

function print(values: Assignment, term: Term): string {
  const memo = values.known.get(term);
  if (memo !== undefined) return memo;
  const constant = classmates(values, term).find((mate) => mate.kind === "constant");
  if (constant?.kind === "constant") return remember(values, term, printed(term.sort, constant.value));
  switch (term.sort.kind) {
    case "text":
      return remember(values, term, text(values, term));
    case "uuid":
      return remember(values, term, memberValue(values, term) ?? newUuid(values, isPrintedInUpperCase(values, term)));
    case "int":
    case "numeric":
    case "float":
    case "date":
    case "timestamp":
      return remember(values, term, printed(term.sort, numberOf(values, term)));
    case "timestamptz":
      return remember(values, term, values.moment(numberOf(values, term)));
    default:
      return remember(values, term, label(values, term.sort) ?? newWord(values));
  }
}

/** The model has the text of a uuid as one in upper case: it has no letters. */
const isPrintedInUpperCase = (values: Assignment, uuid: Term): boolean =>
  classmates(values, uuid).some((mate) =>
    [...values.model.terms].some(
      (out) =>
        out.kind === "apply" &&
        out.symbol.kind === "output" &&
        out.args[0] === mate &&
        classmates(values, out).some(
          (text) => text.kind === "apply" && text.symbol.kind === "fold" && text.symbol.to === "upper",
        ),
    ),
  );

/** A label of an enum, if possible one that no other term has; undefined for any other sort. */
function label({ conversions, known }: Assignment, sort: Sort): string | undefined {
  const labels = labelsOf(conversions, sort);
  if (!labels) return undefined;
  const used = new Set([...known].flatMap(([other, value]) => (other.sort === sort ? [value] : [])));
  return labels.find((one) => !used.has(one)) ?? labels[0] ?? "";
}

/**
 * Numbers as the model has them; a timestamp after now is put a day later, since time goes on before the witness is run.
 */
function numberOf(values: Assignment, term: Term): number {
  const { model, now } = values;
  const computed = computedFrom(values, term);
  if (computed !== undefined) return computed;
  const value =
    term.kind === "constant"
      ? Number(term.value)
      : (model.numbers.get(term) ?? bitsOf(values, term) ?? (isGrid(term.sort) ? NUMERIC_UNIT : 1));
  return term.sort.kind === "timestamp" && value > now ? value + MICROSECONDS_A_DAY : value;
}

/** What an operator gives for the integers that the model has; undefined for a term that is none. */
function computedFrom(values: Assignment, term: Term): number | undefined {
  if (term.kind !== "apply") return undefined;
  const { symbol } = term;
  const [of, other] = term.args;
  if (!of) return undefined;
  switch (symbol.kind) {
    case "plus":
      return numberOf(values, of) + symbol.amount;
    case "minus":
      return numberOf(values, of) - (other ? numberOf(values, other) : 0);
    case "times":
      return numberOf(values, of) * symbol.factor;
    case "quotient":
      return Math.trunc(numberOf(values, of) / symbol.divisor);
    case "remainder":
      return numberOf(values, of) % symbol.divisor;
    default:
      return undefined;
  }
}

/** The integer with the bits that the model gives it; undefined where it gives none. */
function bitsOf(values: Assignment, term: Term): number | undefined {
  const bits = [...values.model.predicates].filter(({ symbol, args }) => symbol.kind === "bit" && args[0] === term);
  if (bits.length === 0) return undefined;
  return bits.reduce(
    (sum, bit) => sum + (bit.symbol.kind === "bit" && isTrue(values, bit) ? 2 ** bit.symbol.bit : 0),
    0,
  );
}

const isGrid = (sort: Sort): boolean => sort.kind === "numeric" || sort.kind === "float";

function text(values: Assignment, term: Term): string {
  if (values.busy.has(term)) return newWord(values);
  values.busy.add(term);
  try {
    return textOf(values, term);
  } finally {
    values.busy.delete(term);
  }
}

function textOf(values: Assignment, term: Term): string {
  const mates = classmates(values, term);
  for (const mate of mates)
    if (mate.kind === "apply" && mate.symbol.kind === "output" && mate.args[0]) return print(values, mate.args[0]);
  const list = listTextOf(values, mates);
  if (list) return printList(elements(values, list.items), list.plain);
  return (
    foldOfSettled(values, mates, (one) => print(values, one)) ??
    foldOfOther(values, mates) ??
    readText(values, mates) ??
    unusualText(values, mates) ??
    argumentText(values, mates) ??
    memberValue(values, term) ??
    freeText(values, mates)
  );
}

/** A member of an array whose members come from a text that is settled otherwise; null where it is in no such array. */
function memberValue(values: Assignment, term: Term): string | null {
  const mates = classmates(values, term);
  for (const predicate of values.model.predicates) {
    const [member, array] = predicate.args;
    if (predicate.symbol.kind !== "array member" || !isTrue(values, predicate)) continue;
    if (!member || !array || !mates.includes(member)) continue;
    const fitting = settledParts(values, array).filter((one) => fits(values, mates, one));
    if (fitting.length > 0) return newSpelling(values, fitting);
  }
  return null;
}

/** The parts of a settled text that an array is split from, as values of its elements; none where there is no such text. */
function settledParts(values: Assignment, array: Term): string[] {
  for (const mate of classmates(values, array)) {
    const [arg] = mate.kind === "apply" ? mate.args : [];
    if (mate.kind !== "apply" || !arg) continue;
    const { symbol } = mate;
    if (symbol.kind === "split" && isSettled(values, arg) && !values.busy.has(arg))
      return splitText(print(values, arg), symbol.separator);
    if (symbol.kind !== "array input") continue;
    const { type, read } = values.conversions.get(symbol.element) ?? { type: symbol.element, read: () => null };
    const parsed = settledParts(values, arg).map((part) => read(part));
    return parsed.flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? [printed(type.sort, value)] : [],
    );
  }
  return [];
}

/** A spelling of the value that input functions read from the text; null where none does. */
function readText(values: Assignment, mates: readonly Term[]): string | null {
  const { model } = values;
  const found: string[] = [];
  let reads = false;
  for (const predicate of model.predicates) {
    const [arg] = predicate.args;
    if (!isReading(predicate.symbol) || !isTrue(values, predicate)) continue;
    if (!arg || !mates.includes(arg) || arg.sort.kind !== "text") continue;
    reads = true;
    if (predicate.symbol.kind !== "readable") continue;
    // what the value prints as is another text, if the model says so
    const value = readFrom(values, predicate.symbol.type, arg);
    for (const out of model.terms)
      if (out.kind === "apply" && out.symbol.kind === "output" && out.args[0] && !mates.includes(out))
        if (print(values, value) === print(values, out.args[0])) print(values, out);
    found.push(...spellings(values, predicate.symbol, arg));
  }
  if (!reads) return null;
  // a text may be read by several types: one that each of them takes, as the model has it
  const fitting = found.filter((one) => fits(values, mates, one));
  if (fitting.length > 0) return newSpelling(values, fitting);
  // any text is taken to be JSON, or to be in a domain
  return newSpelling(values, found.length > 0 ? found : [newWord(values)]);
}

/** What the type reads from a text: the model may speak of it as read from another text that is the same. */
function readFrom(values: Assignment, type: ScalarType, arg: Term): Term {
  const { logic, model } = values;
  const read = classmates(values, arg).map((mate) => logic.apply(input(type), [mate]));
  return read.find((term) => model.classOf.has(term)) ?? logic.apply(input(type), [arg]);
}

/** What lower gives for a text of which upper is known, or the reverse; null where that does not fit the model. */
function foldOfOther(values: Assignment, mates: readonly Term[]): string | null {
  for (const mate of mates) {
    const [arg] = isFold(mate) ? mate.args : [];
    if (!isFold(mate) || !arg) continue;
    const same = classmates(values, arg);
    for (const other of values.model.terms) {
      const [of] = isFold(other) ? other.args : [];
      const known = of && same.includes(of) ? values.known.get(other) : undefined;
      const folded = known === undefined ? undefined : PURE[mate.symbol.to](known);
      if (folded !== undefined && fits(values, mates, folded)) return folded;
    }
  }
  return null;
}

/** A text that folds, or splits, to what the model has; null where it is folded and split nowhere. */
function argumentText(values: Assignment, mates: readonly Term[]): string | null {
  for (const apply of values.model.terms) {
    const [arg] = apply.kind === "apply" ? apply.args : [];
    if (apply.kind !== "apply" || !arg || !mates.includes(arg)) continue;
    const { symbol } = apply;
    if (symbol.kind === "fold" && !mates.includes(apply)) {
      const folded = print(values, apply);
      const spelled =
        symbol.to === "lower"
          ? [folded.toUpperCase(), folded.charAt(0).toUpperCase() + folded.slice(1)]
          : [folded.toLowerCase(), folded.charAt(0) + folded.slice(1).toLowerCase()];
      // the other case of the text may be spoken of too
      const fitting = spelled.filter((one) => fits(values, mates, one));
      return newSpelling(values, fitting.length > 0 ? fitting : spelled);
    }
    if (symbol.kind === "part") return joinedParts(values, mates, symbol.separator);
    if (symbol.kind === "split") return elements(values, apply).join(symbol.separator);
  }
  return null;
}

/**
 * A text that an array is split from and that is none of its parts, or has a part that is not the whole of it: it has
 * more than one part.
 */
const hasMoreParts = (values: Assignment, mates: readonly Term[], array: Term): boolean =>
  !isOwnPart(values, mates, array) &&
  [...values.model.predicates].some((predicate) => {
    const [member, of] = predicate.args;
    if (predicate.symbol.kind !== "array member" || !member || of !== array) return false;
    return mates.includes(member) ? !isTrue(values, predicate) : isTrue(values, predicate);
  });

/** The model has the whole text as a part of itself: it holds no separator. */
const isOwnPart = ({ model }: Assignment, mates: readonly Term[], array: Term): boolean =>
  [...model.predicates].some(
    (predicate) =>
      predicate.symbol.kind === "array member" &&
      predicate.args[0] !== undefined &&
      mates.includes(predicate.args[0]) &&
      predicate.args[1] === array &&
      model.holds(predicate) === true,
  );

/** A text of as many parts as the model gives it, each of which is what the model has. */
function joinedParts(values: Assignment, mates: readonly Term[], separator: string): string {
  const parts: string[] = [];
  const { model, logic } = values;
  for (const predicate of model.predicates) {
    const { symbol, args } = predicate;
    const isMine = args[0] !== undefined && mates.includes(args[0]);
    if (symbol.kind !== "has part" || symbol.separator !== separator || !isMine || !isTrue(values, predicate)) continue;
    while (parts.length < symbol.index) parts.push(newWord(values));
  }
  for (const term of model.terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "part" || term.symbol.separator !== separator) continue;
    const { index } = term.symbol;
    const [text] = term.args;
    const there =
      text && mates.includes(text) && isTrue(values, logic.predicate(hasPart(separator, index), null, [text]));
    if (there) parts[index - 1] = print(values, term);
  }
  return parts.join(separator);
}

/** A word that no other text is, and that patterns match, or do not, as the model has it. */
function freeText(values: Assignment, mates: readonly Term[]): string {
  const isUpper = mates.some(
    (mate) => mate.kind === "apply" && mate.symbol.kind === "fold" && mate.symbol.to === "upper",
  );
  const wanted = [...values.model.predicates].flatMap((predicate) => {
    const [arg] = predicate.args;
    const language = languageOf(predicate);
    const isOpen = values.model.holds(predicate) === undefined;
    if (!language || !arg || isOpen || !mates.includes(arg)) return [];
    return [{ automaton: language.automaton, accepted: isTrue(values, predicate) }];
  });
  if (wanted.length > 0) {
    const found = findText(wanted, (text) => values.taken.has(text));
    if (typeof found === "string") return found;
  }
  return isUpper ? newWord(values).toUpperCase() : newWord(values);
}

/** Texts that the type reads as one value, the usual one first. */
function spellings(
  values: Assignment,
  { type }: Extract<Predicate["symbol"], { kind: "readable" }>,
  arg: Term,
): readonly string[] {
  const { logic, model, conversions, taken } = values;
  if (type === TYPE.boolean)
    return isTrue(values, logic.predicate(READS_TRUE, null, [arg]))
      ? ["true", "t", "yes", "on", "1", "TRUE"]
      : ["false", "f", "no", "off", "0", "FALSE"];
  if (!conversions.has(type)) return [newWord(values)];
  const value = print(values, readFrom(values, type, arg));
  // where the value's own text is spoken of, and is another, this one is spelled otherwise
  for (const out of model.terms)
    if (out.kind === "apply" && out.symbol.kind === "output" && out.symbol.type === type && out.args[0])
      if (print(values, out.args[0]) === value && !classmates(values, arg).includes(out)) taken.add(value);
  if (type === TYPE.uuid) {
    const upper = parseUuid(value.toUpperCase()) === value ? [value.toUpperCase()] : [];
    return [value, ...upper.filter((other) => other !== value), `{${value}}`, value.replaceAll("-", "")];
  }
  if (type.sort === SORT.int)
    return [value, ` ${value}`, `  ${value}`, value.startsWith("-") ? `${value} ` : `0${value}`, ...hexadecimal(value)];
  return [value];
}

/** The integer with letters, as PostgreSQL 16 and later read it: the only spellings that lower and upper change. */
function hexadecimal(value: string): string[] {
  const digits = BigInt(value.replace("-", "")).toString(16).toUpperCase();
  return ["0X", "0x"].map((prefix) => `${value.startsWith("-") ? "-" : ""}${prefix}${digits}`);
}

/** Members that the model gives an array, as texts; null for NULL. Equal arrays have the same. */
function elements(values: Assignment, array: Term): (string | null)[] {
  const key = values.model.classOf.get(array) ?? array;
  const known = values.arrays.get(key) ?? membersOf(values, array);
  values.arrays.set(key, known);
  return known;
}

/** The text that an array is split from has a value already, or gets it from something else. */
function isSettled(values: Assignment, origin: Term): boolean {
  const mates = classmates(values, origin);
  const hasValue = (mate: Term): boolean =>
    mate.kind === "constant" || values.known.has(mate) || (mate.kind === "apply" && mate.symbol.kind === "output");
  return mates.some(hasValue) || isRead(values, origin) || listTextOf(values, mates) !== null;
}

/** The array itself, those that are equal, and what was cast from it, which has its members. */
function sameArrays(values: Assignment, array: Term): Term[] {
  const mates = classmates(values, array);
  const isCast = (term: Term): boolean =>
    term.kind === "apply" &&
    term.symbol.kind === "array input" &&
    term.args[0] !== undefined &&
    mates.includes(term.args[0]);
  return [...values.model.terms].filter((term) => mates.includes(term) || isCast(term));
}

function membersOf(values: Assignment, array: Term): (string | null)[] {
  const { logic, model } = values;
  const same = sameArrays(values, array);
  // a list that comes from a text which is settled otherwise has that text's members
  for (const term of same) {
    if (term.kind !== "apply" || term.symbol.kind !== "split") continue;
    const [origin] = term.args;
    if (!origin || !isSettled(values, origin)) continue;
    return splitText(print(values, origin), term.symbol.separator);
  }
  const members = new Set<string | null>();
  if (same.some((term) => isTrue(values, logic.predicate(ARRAY_HAS_NULL, null, [term])))) members.add(null);
  for (const predicate of model.predicates) {
    const [member, of] = predicate.args;
    if (predicate.symbol.kind === "array member" && member && of && same.includes(of) && isTrue(values, predicate))
      members.add(print(values, member));
  }
  if (same.some((term) => isTrue(values, logic.predicate(ARRAY_EMPTY, null, [term])))) return [];
  // what is read from texts has the narrower sort
  const sorts = same.flatMap(({ sort }) => (sort.kind === "array" ? [sort.element] : []));
  const another = (): string => newElement(values, sorts.find(({ kind }) => kind !== "text") ?? SORT.text);
  const found = members.size > 0 ? [...members] : [another()];
  const isTooShort =
    found.length === 1 &&
    found[0] !== null &&
    classmates(values, array).some((mate) => {
      const [origin] = mate.kind === "apply" && mate.symbol.kind === "split" ? mate.args : [];
      return origin !== undefined && hasMoreParts(values, classmates(values, origin), mate);
    });
  return isTooShort ? [...found, another()] : found;
}

/** A value of the sort that no term has. */
function newElement(values: Assignment, sort: Sort): string {
  switch (sort.kind) {
    case "uuid":
      return newUuid(values);
    case "int":
    case "numeric":
    case "float":
      return String(newNumber(values));
    case "date":
    case "timestamp":
    case "timestamptz":
      return "1999-12-31";
    default:
      return label(values, sort) ?? newWord(values);
  }
}

/** A number of every type of numbers. */
function newNumber({ model, known }: Assignment): number {
  const constants = [...model.terms].flatMap((term) => (term.kind === "constant" ? [Number(term.value)] : []));
  const given = new Set([...known.values()].map(Number).concat(constants, [...model.numbers.values()]));
  let found = 1000;
  while (given.has(found)) found += 1;
  return found;
}

function printed(sort: Sort, value: string | number): string {
  if (sort.kind === "numeric" || sort.kind === "float") return printNumeric(Number(value));
  if (sort.kind === "date") return printDate(Number(value));
  if (sort.kind === "timestamp" || sort.kind === "timestamptz") return printTimestamp(Number(value), sort.kind);
  return String(value);
}
