import type { ApplyTerm, ConstantTerm, Formula, Predicate } from "../../logic/formula.ts";
import type { Conversions } from "../../logic/functions.ts";
import type { Logic } from "../../logic/logic.ts";
import { arrayAxioms } from "./array.ts";
import { congruence } from "./congruence.ts";
import type { AxiomContext, Vocabulary } from "./context.ts";
import { conversionAxioms } from "./conversion.ts";
import { jsonAxioms } from "./json.ts";
import { languageAxioms } from "./language.ts";
import { partAxioms } from "./part.ts";
import { remainderAxioms } from "./remainder.ts";
import { timeAxioms } from "./time.ts";
import { caseAxioms, valueAxioms } from "./text.ts";

/** Keys of the axioms that were given already; a query asks again as its vocabulary grows. */
export type Given = Set<string>;

/**
 * Ground axioms about the functions and predicates that are present, as formulas that hold in every database: the same
 * arguments give the same value; input and output functions are each other's inverse in the one direction that is true
 * (many texts are read as one uuid, so never in the other); an enum has no value but its labels; JSON members belong to
 * objects.
 */
export function axioms(logic: Logic, conversions: Conversions, vocabulary: Vocabulary, given: Given): Formula[] {
  const made: Formula[] = [];
  const constants: ConstantTerm[] = [];
  const applies = new Map<string, ApplyTerm[]>();
  for (const term of vocabulary.terms) {
    if (term.kind === "apply") push(applies, term.symbol.key, term);
    else if (term.kind === "constant" && term.sort.kind === "text") constants.push(term);
  }
  const predicates = new Map<string, Predicate[]>();
  for (const predicate of vocabulary.predicates)
    if (predicate.args.length > 0) push(predicates, predicate.symbol.key, predicate);
  const context: AxiomContext = {
    logic,
    conversions,
    vocabulary,
    applies,
    predicates,
    constants,
    once: (key, make) => {
      if (given.has(key)) return;
      given.add(key);
      made.push(make());
    },
  };
  congruence(context);
  conversionAxioms(context);
  valueAxioms(context);
  languageAxioms(context);
  partAxioms(context);
  timeAxioms(context);
  remainderAxioms(context);
  caseAxioms(context);
  arrayAxioms(context);
  jsonAxioms(context);
  return made;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
