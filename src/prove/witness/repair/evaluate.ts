import { parseBoolean } from "../../logic/conversion.ts";
import type { Formula, Predicate, Term } from "../../logic/formula.ts";
import { instantiate } from "../../logic/instantiate.ts";
import { accepts, languageOf } from "../../logic/language.ts";
import { isOrdered } from "../../logic/sort.ts";
import type { ValuationInput } from "../assignment.ts";
import { read, type Terms } from "./terms.ts";

/** True or false, as PostgreSQL finds a formula for the values; undefined where that is not known. */
export type Truth = boolean | undefined;

/**
 * The formula for the values that terms have. Of facts that are not about values the model tells. `known`: what its
 * parts are for the same values.
 */
export function evaluate(input: ValuationInput, terms: Terms, formula: Formula, known: Map<Formula, Truth>): Truth {
  const truth = (at: Formula): Truth => {
    if (known.has(at)) return known.get(at);
    const made = compute(at);
    known.set(at, made);
    return made;
  };
  const compute = (at: Formula): Truth => {
    switch (at.kind) {
      case "true":
        return true;
      case "false":
        return false;
      case "not": {
        const value = truth(at.arg);
        return value === undefined ? undefined : !value;
      }
      case "and":
        return all(at.args.map(truth));
      case "or":
        return some(at.args.map(truth));
      case "exists":
        return some(
          input.model.rowsIn(at.row.table).map((row) => truth(instantiate(input.logic, at.body, at.row, row))),
        );
      case "equal":
        return areEqual(terms, at.left, at.right);
      case "atMost":
        return isAtMost(terms, at.left, at.right, at.bound) ?? input.model.holds(at);
      case "predicate":
        return holds(input, terms, at) ?? input.model.holds(at);
    }
  };
  return truth(formula);
}

const all = (parts: readonly Truth[]): Truth =>
  parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;

const some = (parts: readonly Truth[]): Truth =>
  parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;

function areEqual(terms: Terms, left: Term, right: Term): Truth {
  if (left.sort.kind === "array" || right.sort.kind === "array") {
    const [one, other] = [terms.list(left), terms.list(right)];
    return one && other ? JSON.stringify(one) === JSON.stringify(other) : undefined;
  }
  const [one, other] = [terms.value(left), terms.value(right)];
  return one === undefined || other === undefined ? undefined : one === other;
}

function isAtMost(terms: Terms, left: Term | null, right: Term | null, bound: number): Truth {
  const number = (term: Term | null): number | undefined => {
    if (term === null) return 0;
    const value = isOrdered(term.sort) ? terms.value(term) : undefined;
    return typeof value === "number" ? value : undefined;
  };
  const [one, other] = [number(left), number(right)];
  return one === undefined || other === undefined ? undefined : one - other <= bound;
}

/** A fact about values; undefined for any other. */
function holds(input: ValuationInput, terms: Terms, predicate: Predicate): Truth {
  const { symbol, args } = predicate;
  const [first, second] = args;
  if (!first) return undefined;
  const text = (): string | undefined => textOf(terms, first);
  switch (symbol.kind) {
    case "readable": {
      const given = text();
      return given === undefined ? undefined : isRead(read(input.conversions, symbol.type, given));
    }
    case "reads true": {
      const given = text();
      return given === undefined ? undefined : (parseBoolean(given) ?? undefined);
    }
    case "text operator": {
      const language = languageOf(predicate);
      const given = text();
      return language && given !== undefined ? accepts(language, given) : undefined;
    }
    case "has part": {
      const given = text();
      return given === undefined ? undefined : given !== "" && given.split(symbol.separator).length >= symbol.index;
    }
    case "array empty": {
      const list = terms.list(first);
      return list && list.length === 0;
    }
    case "array has null":
      return terms.list(first)?.includes(null);
    case "array readable":
      return terms
        .list(first)
        ?.every((one) => one === null || isRead(read(input.conversions, symbol.element, one)) !== false);
    case "array member": {
      const [value, list] = [terms.value(first), second && terms.list(second)];
      return value === undefined ? undefined : list?.includes(String(value));
    }
    default:
      return undefined;
  }
}

const isRead = (value: unknown): Truth => (value === undefined ? undefined : value !== null);

function textOf(terms: Terms, term: Term): string | undefined {
  const value = terms.value(term);
  return typeof value === "string" ? value : undefined;
}
