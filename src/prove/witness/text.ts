import { parseUuid } from "../logic/conversion.ts";
import type { Predicate, Term } from "../logic/formula.ts";
import { PURE } from "../logic/functions.ts";
import { SORT, TYPE, type ScalarType } from "../logic/sort.ts";
import { hasPart, input, READS_TRUE } from "../logic/symbol.ts";
import { elements, memberValue } from "./array-members.ts";
import { classmates, isReading, isTrue, newSpelling, newWord, type Assignment } from "./assignment.ts";
import { fits } from "./fits.ts";
import { foldOfSettled, foldsOf, isFold, unusualText } from "./fold.ts";
import { listTextOf, printList } from "./json-list.ts";
import { patternText } from "./pattern-text.ts";
import { isSplitTwice, joinedMembers, spelledAsMember } from "./split-text.ts";

/** The text of a term that is no constant, which it shares with all that are equal to it. */
export function text(values: Assignment, term: Term): string {
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
    if (mate.kind === "apply" && mate.symbol.kind === "output" && mate.args[0]) return values.print(mate.args[0]);
  const list = listTextOf(values, mates);
  if (list) return printList(elements(values, list.items), list.plain);
  return (
    foldOfSettled(values, mates) ??
    foldOfOther(values, mates) ??
    readText(values, mates) ??
    unusualText(values, mates) ??
    foldedPatternText(values, mates) ??
    argumentText(values, mates) ??
    memberValue(values, term) ??
    patternText(values, mates) ??
    freeText(values, mates)
  );
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
        if (values.print(value) === values.print(out.args[0])) values.print(out);
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

/** A text that folds, or splits, to what the model has; null where it is folded and split nowhere. */
function argumentText(values: Assignment, mates: readonly Term[]): string | null {
  const isTwice = isSplitTwice(values, mates);
  for (const apply of values.model.terms) {
    const [arg] = apply.kind === "apply" ? apply.args : [];
    if (apply.kind !== "apply" || !arg || !mates.includes(arg)) continue;
    const { symbol } = apply;
    if (symbol.kind === "fold" && !mates.includes(apply) && !isTwice) {
      const folded = values.print(apply);
      const spelled =
        symbol.to === "lower"
          ? [folded.toUpperCase(), folded.charAt(0).toUpperCase() + folded.slice(1)]
          : [folded.toLowerCase(), folded.charAt(0) + folded.slice(1).toLowerCase()];
      // the other case of the text may be spoken of too
      const fitting = spelled.filter((one) => fits(values, mates, one));
      return newSpelling(values, fitting.length > 0 ? fitting : spelled);
    }
    if (symbol.kind === "part") return joinedParts(values, mates, symbol.separator);
    if (symbol.kind === "split") return joinedMembers(values, mates, apply, symbol.separator);
  }
  return null;
}

/** A text whose patterns, or those of what it folds to, the model speaks of, and which is split nowhere. */
function foldedPatternText(values: Assignment, mates: readonly Term[]): string | null {
  if (foldsOf(values, mates).length === 0) return null;
  const isSplit = [...values.model.terms].some(
    (term) =>
      term.kind === "apply" &&
      (term.symbol.kind === "part" || term.symbol.kind === "split") &&
      term.args[0] !== undefined &&
      mates.includes(term.args[0]),
  );
  return isSplit ? null : patternText(values, mates);
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

/** A word that no other text is. */
function freeText(values: Assignment, mates: readonly Term[]): string {
  const isUpper = mates.some((mate) => isFold(mate) && mate.symbol.to === "upper");
  const word = spelledAsMember(values, mates, newWord(values));
  return isUpper ? word.toUpperCase() : word;
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
  const value = values.print(readFrom(values, type, arg));
  // where the value's own text is spoken of, and is another, this one is spelled otherwise
  for (const out of model.terms)
    if (out.kind === "apply" && out.symbol.kind === "output" && out.symbol.type === type && out.args[0])
      if (values.print(out.args[0]) === value && !classmates(values, arg).includes(out)) taken.add(value);
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
    if (there) parts[index - 1] = values.print(term);
  }
  return parts.join(separator);
}
