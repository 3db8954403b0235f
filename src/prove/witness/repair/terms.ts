import { NUMERIC_UNIT, printDate } from "../../logic/conversion.ts";
import type { ApplyTerm, Term } from "../../logic/formula.ts";
import { splitText, type Conversions } from "../../logic/functions.ts";
import { INTEGERS, TYPE, type ScalarType } from "../../logic/sort.ts";
import { jsonIs, jsonItems } from "../../logic/symbol.ts";
import type { ValuationInput } from "../assignment.ts";
import { printList } from "../json-list.ts";
import { printed } from "../numbers.ts";
import type { Valuation } from "../valuation.ts";
import type { Given } from "./search.ts";

/** The values of terms: of those that a witness gives, and of what PostgreSQL computes from them. */
export interface Terms {
  /** a text, a uuid, a label, or the number of an ordered sort; undefined: not known */
  value(term: Term): string | number | undefined;
  /** the members of an array, as texts */
  list(term: Term): readonly (string | null)[] | undefined;
}

/** A term whose value a witness gives, and not PostgreSQL. */
export const isGiven = (term: Term): boolean =>
  term.kind === "setting" ||
  term.kind === "column" ||
  (term.kind === "apply" && (term.symbol.kind === "json text" || term.symbol.kind === "json items"));

/** `hear` is told of each term that has a value of its own. */
export function termsWith(
  input: ValuationInput,
  base: Valuation,
  given: Given,
  hear: (term: Term) => void = () => undefined,
): Terms {
  const known = new Map<Term, string | number | undefined>();
  const terms: Terms = {
    value: (term) => {
      if (known.has(term)) return known.get(term);
      const made = valueOf(term);
      known.set(term, made);
      return made;
    },
    list: listOf,
  };
  return terms;

  function valueOf(term: Term): string | number | undefined {
    if (term.kind === "constant") {
      hear(term);
      return term.value;
    }
    if (term.kind === "clock") return input.model.numbers.get(term);
    if (isGiven(term)) {
      const list = listText(term);
      if (list !== undefined) return list;
      hear(term);
      const text = given.texts.get(term);
      return text === undefined ? baseOf(term) : fromText(term, text);
    }
    return term.kind === "apply" ? computed(input, terms, term) : undefined;
  }

  /** The number that the model has is kept, where the sort has no plain one. */
  function baseOf(term: Term): string | number | undefined {
    switch (term.sort.kind) {
      case "text":
      case "uuid":
      case "enum":
        return base.print(term);
      case "int":
        return Number(base.print(term));
      default:
        return input.model.numbers.get(term);
    }
  }

  function listOf(term: Term): readonly (string | null)[] | undefined {
    if (isGiven(term)) {
      hear(term);
      return given.lists.get(term) ?? base.members(term);
    }
    const [arg] = term.kind === "apply" ? term.args : [];
    if (term.kind !== "apply" || !arg) return undefined;
    const { symbol } = term;
    if (symbol.kind === "split") {
      const text = terms.value(arg);
      return typeof text === "string" ? splitText(text, symbol.separator) : undefined;
    }
    if (symbol.kind !== "array input") return undefined;
    const list = listOf(arg)?.map((one) => (one === null ? null : asElement(input.conversions, symbol.element, one)));
    return list?.every((one) => one !== undefined) ? list : undefined;
  }

  /** The text of a member of the token that is a list. */
  function listText(term: Term): string | undefined {
    const [document] = term.kind === "apply" ? term.args : [];
    if (term.kind !== "apply" || term.symbol.kind !== "json text" || !document) return undefined;
    const { path, plain } = term.symbol;
    if (input.model.holds(input.logic.predicate(jsonIs("array", path), null, [document])) !== true) return undefined;
    const list = listOf(input.logic.apply(jsonItems(path), [document]));
    return list && printList(list, plain);
  }
}

const fromText = (term: Term, text: string): string | number => (term.sort.kind === "int" ? Number(text) : text);

/** A text of an element, cast to a type and printed. */
function asElement(conversions: Conversions, type: ScalarType, text: string): string | undefined {
  const value = read(conversions, type, text);
  return typeof value === "string" || typeof value === "number" ? printed(type.sort, value) : undefined;
}

/** What an input function reads; as PostgreSQL 16 and later read an integer with letters. */
export function read(
  conversions: Conversions,
  type: ScalarType,
  text: string,
): string | number | boolean | null | undefined {
  const value = conversions.get(type)?.read(text);
  const found = value === undefined && INTEGERS.includes(type) ? /^\s*(-?)(0x[0-9a-f]+)\s*$/i.exec(text) : null;
  return found ? Number(found[2]) * (found[1] === "-" ? -1 : 1) : value;
}

function computed(input: ValuationInput, terms: Terms, { symbol, args }: ApplyTerm): string | number | undefined {
  const [first, second] = args;
  const value = first && terms.value(first);
  if (value === undefined) return undefined;
  if (typeof value === "string") {
    if (symbol.kind === "fold") return symbol.to === "lower" ? value.toLowerCase() : value.toUpperCase();
    if (symbol.kind === "part") return value === "" ? undefined : value.split(symbol.separator)[symbol.index - 1];
    if (symbol.kind === "output") return value;
    if (symbol.kind !== "input") return undefined;
    const made = read(input.conversions, symbol.type, value);
    return typeof made === "string" || typeof made === "number" ? made : undefined;
  }
  switch (symbol.kind) {
    case "output":
      return symbol.type === TYPE.date ? printDate(value) : INTEGERS.includes(symbol.type) ? String(value) : undefined;
    case "plus":
      return value + symbol.amount;
    case "minus": {
      const other = second && terms.value(second);
      return typeof other === "number" ? value - other : undefined;
    }
    case "times":
      return value * symbol.factor;
    case "quotient":
      return Math.trunc(value / symbol.divisor);
    case "remainder":
      return value % symbol.divisor;
    case "widen":
      return value * NUMERIC_UNIT;
    default:
      return undefined;
  }
}
