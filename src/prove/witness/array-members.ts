import type { Term } from "../logic/formula.ts";
import { splitText } from "../logic/functions.ts";
import { SORT, type Sort } from "../logic/sort.ts";
import { ARRAY_EMPTY, ARRAY_HAS_NULL } from "../logic/symbol.ts";
import { classmates, isTrue, newSpelling, newUuid, newWord, newLabel, type Assignment } from "./assignment.ts";
import { fits } from "./fits.ts";
import { isRead } from "./fold.ts";
import { listTextOf } from "./json-list.ts";
import { printed, newNumber } from "./numbers.ts";

/** Members that the model gives an array, as texts; null for NULL. Equal arrays have the same. */
export function elements(values: Assignment, array: Term): (string | null)[] {
  const known = values.arrays.get(keyOf(values, array)) ?? membersOf(values, array);
  giveElements(values, array, known);
  return known;
}

/** Decide what the members of an array are. */
export const giveElements = (values: Assignment, array: Term, members: (string | null)[]): void =>
  void values.arrays.set(keyOf(values, array), members);

const keyOf = ({ model }: Assignment, array: Term): number | Term => model.classOf.get(array) ?? array;

function membersOf(values: Assignment, array: Term): (string | null)[] {
  const { logic, model } = values;
  const same = sameArrays(values, array);
  // a list that comes from a text which is settled otherwise has that text's members
  for (const term of same) {
    if (term.kind !== "apply" || term.symbol.kind !== "split") continue;
    const [origin] = term.args;
    if (!origin || !isSettled(values, origin)) continue;
    return splitText(values.print(origin), term.symbol.separator);
  }
  const members = new Set<string | null>();
  if (same.some((term) => isTrue(values, logic.predicate(ARRAY_HAS_NULL, null, [term])))) members.add(null);
  for (const predicate of model.predicates) {
    const [member, of] = predicate.args;
    if (predicate.symbol.kind === "array member" && member && of && same.includes(of) && isTrue(values, predicate))
      members.add(values.print(member));
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

/** The text that an array is split from has a value already, or gets it from something else. */
function isSettled(values: Assignment, origin: Term): boolean {
  const mates = classmates(values, origin);
  const hasValue = (mate: Term): boolean =>
    mate.kind === "constant" || values.known.has(mate) || (mate.kind === "apply" && mate.symbol.kind === "output");
  return mates.some(hasValue) || isRead(values, origin) || listTextOf(values, mates) !== null;
}

/** A member of an array whose members come from a text that is settled otherwise; null where it is in no such array. */
export function memberValue(values: Assignment, term: Term): string | null {
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
      return splitText(values.print(arg), symbol.separator);
    if (symbol.kind !== "array input") continue;
    const { type, read } = values.conversions.get(symbol.element) ?? { type: symbol.element, read: () => null };
    const parsed = settledParts(values, arg).map((part) => read(part));
    return parsed.flatMap((value) =>
      typeof value === "string" || typeof value === "number" ? [printed(type.sort, value)] : [],
    );
  }
  return [];
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
      return newLabel(values, sort) ?? newWord(values);
  }
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
