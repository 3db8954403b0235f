import { languageOf } from "../../logic/language.ts";
import { SORT } from "../../logic/sort.ts";
import { hasPart, part, textOperator } from "../../logic/symbol.ts";
import type { AxiomContext } from "./context.ts";

/**
 * The parts of a text (string_to_array of a separator that is not empty): an earlier part is there if a later one is,
 * the empty text has none, and the text is its first part where it has no second. Of constants all is known.
 */
export function partAxioms(context: AxiomContext): void {
  const { logic, vocabulary, constants, once } = context;
  for (const predicate of vocabulary.predicates) {
    const { symbol } = predicate;
    const [text] = predicate.args;
    if (symbol.kind !== "has part" || !text) continue;
    const { separator, index } = symbol;
    once(`part ${predicate.id}`, () => {
      const empty = logic.equal(text, logic.constant(SORT.text, ""));
      if (index === 1) return logic.iff(predicate, logic.not(empty));
      const first = logic.apply(part(separator, 1), [text]);
      return logic.and(
        logic.or(logic.not(predicate), logic.predicate(hasPart(separator, index - 1), null, [text])),
        index === 2 ? logic.or(predicate, empty, logic.equal(first, text)) : logic.true,
        index === 2 ? logic.or(logic.not(predicate), logic.not(logic.equal(first, text))) : logic.true,
      );
    });
    for (const constant of constants)
      if (vocabulary.mayBeEqual(text, constant))
        once(`part ${predicate.id} ${constant.id}`, () => {
          const there = partsOf(String(constant.value), separator).length >= index;
          return logic.or(logic.not(logic.equal(text, constant)), there ? predicate : logic.not(predicate));
        });
  }
  const tested = new Set([...vocabulary.predicates].flatMap((test) => (languageOf(test) ? (test.args[0] ?? []) : [])));
  for (const term of vocabulary.terms) {
    if (term.kind !== "apply" || term.symbol.kind !== "part") continue;
    const { separator, index } = term.symbol;
    const [text] = term.args;
    if (!text) continue;
    for (const constant of constants) {
      if (vocabulary.mayBeEqual(text, constant)) {
        const value = partsOf(String(constant.value), separator)[index - 1];
        if (value !== undefined)
          once(`part value ${term.id} ${constant.id}`, () =>
            logic.or(logic.not(logic.equal(text, constant)), logic.equal(term, logic.constant(SORT.text, value))),
          );
      }
      // the first part is a constant where the text is that, or begins with it and a separator
      if (index === 1 && tested.has(text) && vocabulary.mayBeEqual(term, constant))
        once(`part prefix ${term.id} ${constant.id}`, () => {
          const prefix = logic.constant(SORT.text, `${constant.value}${separator}`);
          const begins = logic.or(
            logic.equal(text, constant),
            logic.predicate(textOperator("^@"), null, [text, prefix]),
          );
          const holds = String(constant.value).includes(separator) ? logic.false : begins;
          const there = logic.predicate(hasPart(separator, 1), null, [text]);
          return logic.or(logic.not(there), logic.iff(logic.equal(term, constant), holds));
        });
      // no part holds the separator
      if (String(constant.value).includes(separator) && vocabulary.mayBeEqual(term, constant))
        once(`part whole ${term.id} ${constant.id}`, () =>
          logic.or(
            logic.not(logic.predicate(hasPart(separator, index), null, [text])),
            logic.not(logic.equal(term, constant)),
          ),
        );
    }
  }
}

const partsOf = (text: string, separator: string): string[] => (text === "" ? [] : text.split(separator));
