import { arrayText } from "../../pg/array-text.ts";
import type { Term } from "../logic/formula.ts";
import { elements, memberValue } from "./array-members.ts";
import {
  classmates,
  newUuid,
  newAssignment,
  newWord,
  newLabel,
  remember,
  type ValuationInput,
  type Assignment,
} from "./assignment.ts";
import { printed, numberOf } from "./numbers.ts";
import { text } from "./text.ts";

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
  const values: Assignment = newAssignment(given, (term) => print(values, term));
  return {
    print: (term) => (term.sort.kind === "array" ? arrayText(elements(values, term)) : values.print(term)),
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
      return remember(values, term, newLabel(values, term.sort) ?? newWord(values));
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
