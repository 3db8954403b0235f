import type { ApplyTerm, Term } from "../logic/formula.ts";
import { jsonIs, jsonItems, type JsonPath } from "../logic/symbol.ts";
import { isTrue, type Assignment } from "./assignment.ts";

/** The text that `->>` gives for a member which is a list of texts. */
export interface ListText {
  /** its elements, as an array */
  items: Term;
  /** of type json, which keeps the spelling */
  plain: boolean;
}

/** One of the terms is the text of a member that is a list in the model; null where none is. */
export function listTextOf(values: Assignment, mates: readonly Term[]): ListText | null {
  const { logic } = values;
  for (const mate of mates) {
    const [document] = isMemberText(mate) ? mate.args : [];
    if (!isMemberText(mate) || !document) continue;
    const { path, plain } = mate.symbol;
    if (!isTrue(values, logic.predicate(jsonIs("array", path), null, [document]))) continue;
    return { items: logic.apply(jsonItems(path), [document]), plain };
  }
  return null;
}

type MemberText = ApplyTerm & {
  readonly symbol: { readonly kind: "json text"; readonly path: JsonPath; readonly plain: boolean };
};

const isMemberText = (term: Term): term is MemberText => term.kind === "apply" && term.symbol.kind === "json text";

/** A list of texts as jsonb prints it, or as JSON.stringify wrote it. */
export const printList = (members: readonly (string | null)[], plain: boolean): string =>
  `[${members.map((member) => JSON.stringify(member)).join(plain ? "," : ", ")}]`;
