import { parseBoolean } from "../logic/conversion.ts";
import type { Term } from "../logic/formula.ts";
import { accepts, languageOf } from "../logic/language.ts";
import type { Assignment } from "./assignment.ts";

/** Facts of the model about a text, which is one of the terms: false where one of them does not hold of it. */
export function fits({ model, conversions }: Assignment, mates: readonly Term[], text: string): boolean {
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
