import { printNumeric } from "../../logic/conversion.ts";
import type { Predicate, Term } from "../../logic/formula.ts";
import { labelsOf, splitText, type Conversions } from "../../logic/functions.ts";
import { languageOf } from "../../logic/language.ts";
import { findText } from "../../logic/language-search.ts";
import { SORT, TYPE } from "../../logic/sort.ts";
import type { ValuationInput } from "../assignment.ts";
import { read } from "./terms.ts";

/** Values that a term could have, plain ones first. */
export interface Candidates {
  of(term: Term): readonly string[];
  lists: readonly (readonly (string | null)[])[];
  /** texts in one spelling each */
  plain: readonly string[];
  /** those, and uuids as they are written otherwise */
  spelled: readonly string[];
  /** the value of the term's type that is read from a text; null: none */
  read(term: Term, text: string): string | null;
}

/** So many texts are spelled in every way; so many are joined with each other. */
const MOST_SPELLED = 30;
const MOST_JOINED = 8;

/** Words of no meaning, what types read, and letters that do not come back where their case is folded twice. */
const WORDS = ["1", "0", "2", "", "xyz", "q", "true", "false", "\u212A", "\u017F"];
const UUIDS = ["33333333-3333-4333-8333-333333333333", "cccccccc-cccc-4ccc-8ccc-cccccccccccc"];

/** Values near to those that are spoken of: constants, the present values, texts of patterns, and their spellings. */
export function candidates(input: ValuationInput, spoken: Iterable<Term>, present: readonly string[]): Candidates {
  const { conversions, model } = input;
  const constants = [...spoken].flatMap((term) => (term.kind === "constant" ? [term] : []));
  const named = constants.flatMap(({ sort, value }) =>
    sort.kind === "numeric" || sort.kind === "float" ? [printNumeric(Number(value))] : [String(value)],
  );
  const matching = [...model.predicates].flatMap(matched);
  const plain = unique([...unique([...present, ...named, ...matching]).slice(0, MOST_SPELLED), ...WORDS, ...UUIDS]);
  const separators = unique(
    [...model.terms].flatMap((term) =>
      term.kind === "apply" && (term.symbol.kind === "split" || term.symbol.kind === "part")
        ? [term.symbol.separator]
        : [],
    ),
  );
  const few = unique([...present, ...named, "xyz"])
    .slice(0, MOST_JOINED)
    .flatMap(cases)
    .slice(0, 2 * MOST_JOINED);
  const joined = separators.flatMap((separator) =>
    few.flatMap((one) => few.map((other) => `${one}${separator}${other}`)),
  );
  const texts = unique([...plain, ...plain.flatMap(spellings), ...joined]);
  const uuids = unique(plain.flatMap((text) => read(conversions, TYPE.uuid, text) ?? []).map(String));
  const numbers = unique(
    plain.flatMap((text) => {
      const value = integer(conversions, text);
      return value === null ? [] : [value, value + 1, value - 1];
    }),
  ).map(String);
  return {
    plain,
    spelled: unique([...plain, ...plain.flatMap(uuidSpellings)]),
    read: ({ sort }, text) => {
      const type = sort === SORT.uuid ? TYPE.uuid : sort === SORT.int ? TYPE.integer : null;
      const value = type && read(conversions, type, text);
      return value === null || value === undefined ? null : String(value);
    },
    of: ({ sort }) =>
      sort === SORT.text
        ? texts
        : sort === SORT.uuid
          ? uuids
          : sort === SORT.int
            ? numbers
            : (labelsOf(conversions, sort) ?? []),
    lists: [
      ...plain.map((text) => [text]),
      ...separators.flatMap((separator) => joined.map((text) => splitText(text, separator))),
      [],
    ],
  };
}

function integer(conversions: Conversions, text: string): number | null {
  const value = read(conversions, TYPE.integer, text);
  return typeof value === "number" ? value : null;
}

const unique = <T>(list: readonly T[]): T[] => [...new Set(list)];

const cases = (text: string): string[] =>
  unique([text, text.toUpperCase(), text.toLowerCase(), text.charAt(0).toUpperCase() + text.slice(1).toLowerCase()]);

const uuidSpellings = (text: string): string[] =>
  /^[0-9a-f-]{36}$/i.test(text) ? [`{${text}}`, text.replaceAll("-", "")] : [];

const spellings = (text: string): string[] => [
  ...cases(text),
  ...uuidSpellings(text),
  ...(/^-?\d+$/.test(text) ? [` ${text}`, `0${text}`, "0xA", "0XA"] : []),
  `${text}\u212A`,
  `${text}\u017F`,
];

/** A text that matches a pattern, and one that does not. */
function matched(predicate: Predicate): string[] {
  const automaton = languageOf(predicate)?.automaton;
  return automaton ? [true, false].flatMap((accepted) => findText([{ automaton, accepted }]) ?? []) : [];
}
