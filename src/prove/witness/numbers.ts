import { NUMERIC_UNIT, printDate, printNumeric, printTimestamp } from "../logic/conversion.ts";
import type { Term } from "../logic/formula.ts";
import type { Sort } from "../logic/sort.ts";
import { isTrue, type Assignment } from "./assignment.ts";

const MICROSECONDS_A_DAY = 86_400_000_000;

/** A value of the sort as PostgreSQL prints it. */
export function printed(sort: Sort, value: string | number): string {
  if (sort.kind === "numeric" || sort.kind === "float") return printNumeric(Number(value));
  if (sort.kind === "date") return printDate(Number(value));
  if (sort.kind === "timestamp" || sort.kind === "timestamptz") return printTimestamp(Number(value), sort.kind);
  return String(value);
}

/**
 * Numbers as the model has them; a timestamp after now is put a day later, since time goes on before the witness is run.
 */
export function numberOf(values: Assignment, term: Term): number {
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

/** A number of every type of numbers. */
export function newNumber({ model, known }: Assignment): number {
  const constants = [...model.terms].flatMap((term) => (term.kind === "constant" ? [Number(term.value)] : []));
  const given = new Set([...known.values()].map(Number).concat(constants, [...model.numbers.values()]));
  let found = 1000;
  while (given.has(found)) found += 1;
  return found;
}
