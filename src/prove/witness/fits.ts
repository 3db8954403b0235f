import { parseBoolean } from "../logic/conversion.ts";
import type { Term } from "../logic/formula.ts";
import { PURE } from "../logic/functions.ts";
import { accepts, languageOf } from "../logic/language.ts";
import { classmates, type Assignment } from "./assignment.ts";
import { foldsOf, isFold } from "./fold.ts";

/** False where a fact of the model about a text, which is the terms' one value, does not hold of it. */
export const fits = (values: Assignment, mates: readonly Term[], text: string): boolean =>
  isReadAsModelled(values, mates, text) &&
  isFoldedAsModelled(values, mates, text) &&
  foldsOf(values, mates).every((term) => {
    const folded = PURE[term.symbol.to](text);
    return folded === undefined || isReadAsModelled(values, classmates(values, term), folded);
  });

/** Input functions take it or not, and patterns match it or not, as the model has it. */
function isReadAsModelled({ model, conversions }: Assignment, mates: readonly Term[], text: string): boolean {
  for (const predicate of model.predicates) {
    const [arg] = predicate.args;
    const holds = model.holds(predicate);
    if (!arg || holds === undefined || !mates.includes(arg)) continue;
    const { symbol } = predicate;
    if (symbol.kind === "readable") {
      const value = conversions.get(symbol.type)?.read(text);
      if (value !== undefined && (value !== null) !== holds) return false;
    }
    if (symbol.kind === "reads true" && parseBoolean(text) === !holds) return false;
    const language = languageOf(predicate);
    if (language && accepts(language, text) === !holds) return false;
  }
  return true;
}

/** Folding its case leaves it as it is, or gives the other text that the model has. */
function isFoldedAsModelled(values: Assignment, mates: readonly Term[], text: string): boolean {
  for (const term of values.model.terms) {
    if (!isFold(term)) continue;
    const folded = PURE[term.symbol.to](text);
    const [arg] = term.args;
    if (folded === undefined || !arg) continue;
    if (mates.includes(term) && folded !== text) return false;
    if (!mates.includes(arg)) continue;
    if ((folded === text) !== mates.includes(term)) return false;
    const known = values.known.get(term);
    if (known !== undefined && known !== folded) return false;
  }
  return true;
}
