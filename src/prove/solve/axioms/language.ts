import { groupBy } from "../../../pg/group-by.ts";
import type { Formula, Term } from "../../logic/formula.ts";
import { accepts, languageOf } from "../../logic/language.ts";
import { findText } from "../../logic/language-search.ts";
import { newAutomaton, type Automaton } from "../../logic/automaton.ts";
import type { Pattern } from "../../logic/pattern.ts";
import { signed, type AxiomContext } from "./context.ts";
import { foldedLanguages, type Test } from "./folded-language.ts";
import { shapeAxioms } from "./shape.ts";

/** Text operators with constant patterns: what they tell of constants, and of one another. */
export function languageAxioms(context: AxiomContext): void {
  const { logic, vocabulary, constants, once } = context;
  const tests: Test[] = [];
  for (const predicate of vocabulary.predicates) {
    const { symbol } = predicate;
    const [text, pattern] = predicate.args;
    const language = languageOf(predicate);
    if (!text || !language || symbol.kind !== "text operator") continue;
    tests.push({ predicate, language, operator: symbol.operator });
    const written = pattern?.kind === "constant" ? String(pattern.value) : "";
    if (symbol.operator.startsWith("~~") && /^%+$/.test(written)) once(`like ${predicate.id}`, () => predicate);
    if (symbol.operator === "~~" && pattern && !/[%_]/.test(written))
      once(`like ${predicate.id}`, () => logic.iff(predicate, logic.equal(text, pattern)));
    for (const constant of constants) {
      if (!vocabulary.mayBeEqual(text, constant)) continue;
      const holds = accepts(language, String(constant.value));
      if (holds !== undefined)
        once(`like ${predicate.id} ${constant.id}`, () =>
          logic.or(logic.not(logic.equal(text, constant)), signed(logic, predicate, holds)),
        );
    }
  }
  // two operators fold letters each in a way of its own
  for (const group of groupBy(tests, ({ language, operator }) => (language.ignoresCase ? operator : "")).values())
    compareAll(context, group);
  for (const one of tests.filter(({ language }) => !language.ignoresCase))
    for (const other of tests.filter(({ language }) => language.ignoresCase)) foldBoth(context, one, other);
  foldedLanguages(context, tests);
  shapeAxioms(context, tests);
}

/** A text that matches as it is matches in either case. */
function foldBoth({ logic, once }: AxiomContext, exact: Test, folded: Test): void {
  const [one, two] = [exact.language.inEitherCase, folded.language.inEitherCase];
  if (exact.predicate.args[0] !== folded.predicate.args[0] || !one || !two) return;
  once(`either case ${exact.predicate.id} ${folded.predicate.id}`, () => {
    const apart = [
      { automaton: one, accepted: true },
      { automaton: two, accepted: false },
    ];
    return findText(apart) === null ? logic.or(logic.not(exact.predicate), folded.predicate) : logic.true;
  });
}

/** So many languages of one text are compared: each way in which they may hold is a question of its own. */
const MOST_TOGETHER = 5;

/** Which languages have a text in common, and which a text that is in none of the others. */
function compareAll(context: AxiomContext, tests: readonly Test[]): void {
  const { logic, vocabulary, constants } = context;
  const texts = new Set(tests.flatMap(({ predicate }) => predicate.args[0] ?? []));
  for (const text of texts) {
    const own = tests.filter(({ predicate }) => predicate.args[0] === text);
    const equal = constants.filter((constant) => own[0]?.language.ignoresCase === false && mayBe(text, constant));
    const facts: Fact[] = [
      ...own.map(({ predicate, language }) => ({ holds: predicate, automaton: language.automaton })),
      ...equal.map((constant) => ({
        holds: logic.equal(text, constant),
        automaton: newAutomaton(literal(String(constant.value)), false),
      })),
    ];
    if (facts.length > 1 && facts.length <= MOST_TOGETHER) excludeWays(context, facts);
    else for (const pair of pairs(facts.slice(0, own.length))) excludeWays(context, pair);
  }
  for (const [one, other] of pairs(tests)) {
    const [a, b] = [one?.predicate.args[0], other?.predicate.args[0]];
    if (!one || !other || !a || !b || a === b || !mayBe(a, b)) continue;
    const facts = [one, other].map(({ predicate, language }) => ({
      holds: predicate,
      automaton: language.automaton,
    }));
    excludeWays(context, facts, logic.equal(a, b));
  }

  function mayBe(left: Term, right: Term): boolean {
    return vocabulary.mayBeEqual(left, right);
  }
}

interface Fact {
  holds: Formula;
  automaton: Automaton;
}

/** No text is in some of the languages and in none of the others, where a search finds none. */
function excludeWays({ logic, once }: AxiomContext, facts: readonly Fact[], where: Formula = logic.true): void {
  once(`languages ${where.id} ${facts.map(({ holds }) => holds.id).join(" ")}`, () => {
    const excluded: Formula[] = [];
    for (let way = 0; way < 1 << facts.length; way += 1) {
      const wanted = facts.map(({ automaton }, index) => ({ automaton, accepted: (way & (1 << index)) !== 0 }));
      if (findText(wanted) !== null) continue;
      const parts = facts.map(({ holds }, index) => signed(logic, holds, wanted[index]?.accepted === true));
      excluded.push(logic.not(logic.and(...parts)));
    }
    return logic.or(logic.not(where), logic.and(...excluded));
  });
}

const literal = (text: string): Pattern => ({
  kind: "sequence",
  parts: [...text].map((char) => ({ kind: "character", char })),
});

const pairs = <T>(list: readonly T[]): T[][] =>
  list.flatMap((one, index) => list.slice(index + 1).map((other) => [one, other]));
