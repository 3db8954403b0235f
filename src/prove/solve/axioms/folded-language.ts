import { newAutomaton, type Automaton } from "../../logic/automaton.ts";
import type { Formula, Predicate, Term } from "../../logic/formula.ts";
import { PURE } from "../../logic/functions.ts";
import { findText } from "../../logic/language-search.ts";
import type { Language } from "../../logic/language.ts";
import type { Pattern } from "../../logic/pattern.ts";
import { SORT } from "../../logic/sort.ts";
import { fold, textOperator, type TextOperator } from "../../logic/symbol.ts";
import { signed, termsOf, type AxiomContext } from "./context.ts";

/** A text operator with a constant pattern, about one text. */
export interface Test {
  predicate: Predicate;
  language: Language;
  operator: TextOperator;
}

/** What patterns and constants of a text tell of lower and upper of it, and the reverse. */
export function foldedLanguages(context: AxiomContext, tests: readonly Test[]): void {
  for (const to of ["lower", "upper"] as const)
    for (const folded of termsOf(context, fold(to))) {
      const [text] = folded.args;
      if (!text) continue;
      const [own, facts] = [factsAbout(context, text, tests), factsAbout(context, folded, tests)];
      for (const test of tests)
        if (to === "lower" && test.operator === "~~*" && test.predicate.args[0] === text)
          likeInLowerCase(context, test.predicate, folded);
      for (const fact of facts) {
        for (const one of own) if (one.isPattern) forward(context, one, fact, to);
        if (to === "lower") backward(context, fact, own);
      }
    }
}

/** A fact about a text: it matches a pattern, or is a constant. */
interface Fact {
  holds: Formula;
  isPattern: boolean;
  automaton(): Automaton;
  /** the pattern, if it is characters of ASCII in an order, with any text between them */
  literal: Pattern | null;
}

function factsAbout(context: AxiomContext, text: Term, tests: readonly Test[]): Fact[] {
  const { logic, vocabulary, constants } = context;
  const own = tests.filter(({ predicate, language }) => predicate.args[0] === text && !language.ignoresCase);
  const equal = constants.filter(
    (constant) => vocabulary.mayBeEqual(text, constant) && PURE.lower(String(constant.value)) !== undefined,
  );
  return [
    ...own.map(({ predicate, language }) => ({
      holds: predicate,
      isPattern: true,
      automaton: () => language.automaton,
      literal: language.literal,
    })),
    ...equal.map((constant) => {
      const parts = [...String(constant.value)].map((char): Pattern => ({ kind: "character", char }));
      const literal: Pattern = { kind: "sequence", parts };
      const holds = logic.equal(text, constant);
      return { holds, isPattern: false, automaton: () => newAutomaton(literal, false), literal };
    }),
  ];
}

/** ILIKE compares by lower of both (like.c). */
function likeInLowerCase({ logic, once }: AxiomContext, predicate: Predicate, lower: Term): void {
  const pattern = predicate.args[1];
  const written = pattern?.kind === "constant" ? PURE.lower(String(pattern.value)) : undefined;
  if (written === undefined) return;
  once(`ilike ${predicate.id} ${lower.id}`, () =>
    logic.iff(predicate, logic.predicate(textOperator("~~"), null, [lower, logic.constant(SORT.text, written)])),
  );
}

/** Letters of ASCII are folded each by itself: a text that matches folds to one that matches the pattern, folded. */
function forward({ logic, once }: AxiomContext, fact: Fact, folded: Fact, to: "lower" | "upper"): void {
  const { holds, literal } = fact;
  if (!literal) return;
  once(`fold ${to} ${holds.id} ${folded.holds.id}`, () =>
    impossible([folded], newAutomaton(withLetters(literal, to), false)).reduce(
      (all, [value]) => logic.and(all, logic.or(logic.not(holds), signed(logic, folded.holds, value === false))),
      logic.true,
    ),
  );
}

/** So many facts of one text are held together against one of its lower. */
const MOST_TOGETHER = 4;

/**
 * A text of which lower matches a pattern matches it in either case. Not so with i and k, which are lower of letters
 * outside of ASCII too; nor with upper, where one letter may give several.
 */
function backward({ logic, once }: AxiomContext, lower: Fact, own: readonly Fact[]): void {
  const { literal, holds } = lower;
  if (!literal || hasLetterOfAnother(literal)) return;
  // of a constant there are so many spellings that a few others leave one
  const isTold = lower.isPattern || own.some(({ isPattern }) => isPattern) || 2 ** lettersIn(literal) <= own.length;
  if (!isTold) return;
  for (const group of own.length <= MOST_TOGETHER ? [own] : own.map((one) => [one]))
    once(`unfold ${holds.id} ${group.map((one) => one.holds.id).join(" ")}`, () =>
      impossible(group, newAutomaton(literal, true)).reduce(
        (all, way) =>
          logic.and(
            all,
            logic.not(logic.and(holds, ...group.map((one, index) => signed(logic, one.holds, way[index] === true)))),
          ),
        logic.true,
      ),
    );
}

/** The ways in which facts about a text that is within a language cannot be true and false. */
function impossible(facts: readonly Fact[], within: Automaton): boolean[][] {
  const automata = facts.map(({ automaton }) => automaton());
  return Array.from({ length: 1 << facts.length }, (_, way) =>
    facts.map((_one, index) => (way & (1 << index)) !== 0),
  ).filter(
    (way) =>
      findText([
        { automaton: within, accepted: true },
        ...automata.map((automaton, index) => ({ automaton, accepted: way[index] === true })),
      ]) === null,
  );
}

function withLetters(literal: Pattern, to: "lower" | "upper"): Pattern {
  if (literal.kind === "character") return { kind: "character", char: PURE[to](literal.char) ?? literal.char };
  return literal.kind === "sequence"
    ? { kind: "sequence", parts: literal.parts.map((part) => withLetters(part, to)) }
    : literal;
}

const charactersOf = (literal: Pattern): string[] =>
  literal.kind === "sequence"
    ? literal.parts.flatMap(charactersOf)
    : literal.kind === "character"
      ? [literal.char]
      : [];

const lettersIn = (literal: Pattern): number => charactersOf(literal).filter((char) => /[a-z]/i.test(char)).length;

const hasLetterOfAnother = (literal: Pattern): boolean => charactersOf(literal).some((char) => /[ik]/.test(char));
