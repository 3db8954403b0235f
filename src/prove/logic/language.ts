import type { Predicate } from "./formula.ts";
import { newAutomaton, type Automaton } from "./automaton.ts";
import { parseRegex, patternOfLike, type Pattern } from "./pattern.ts";

/**
 * The texts that a text operator with a constant pattern accepts: LIKE and ILIKE without escapes, `^@` and starts_with,
 * and `~` and `~*` with patterns that `parseRegex` reads (manual, 9.7.1 and 9.7.3). All are strict and raise on no value.
 * Measured on PostgreSQL 15 and 18 in `test/prove/logic/language.test.ts`.
 */
export interface Language {
  automaton: Automaton;
  /** letters match in either case, as the locale folds them: only ASCII texts are decided */
  ignoresCase: boolean;
  /**
   * the same pattern where letters match in either case; null where a text may be in the language and not in that one:
   * a class that is negated, a character whose folding takes two
   */
  inEitherCase: Automaton | null;
  /** the pattern, if it is characters of ASCII in an order, with any text between them */
  literal: Pattern | null;
}

const known = new WeakMap<Predicate, Language | null>();

/** Null for any other predicate, and for patterns that are not read. */
export function languageOf(predicate: Predicate): Language | null {
  const memo = known.get(predicate);
  if (memo !== undefined) return memo;
  const made = read(predicate);
  known.set(predicate, made);
  return made;
}

function read({ symbol, args }: Predicate): Language | null {
  const pattern = args[1];
  if (symbol.kind !== "text operator" || pattern?.kind !== "constant") return null;
  return language(symbol.operator, String(pattern.value));
}

/** The language of an operator and a pattern; null where it is not read. */
export function language(operator: string, pattern: string): Language | null {
  const ignoresCase = operator.endsWith("*");
  if (ignoresCase && !isAscii(pattern)) return null;
  const parsed = patternOf(operator, pattern);
  if (!parsed) return null;
  const automaton = newAutomaton(parsed, ignoresCase);
  const literal = isLiteral(parsed) ? parsed : null;
  return { automaton, ignoresCase, inEitherCase: literal && newAutomaton(literal, true), literal };
}

const isLiteral = (pattern: Pattern): boolean =>
  pattern.kind === "sequence"
    ? pattern.parts.every(isLiteral)
    : pattern.kind === "anything" || (pattern.kind === "character" && isAscii(pattern.char));

function patternOf(operator: string, pattern: string): Pattern | null {
  switch (operator) {
    case "~~":
    case "~~*":
      return pattern.includes("\\") ? null : patternOfLike(pattern);
    case "^@":
      return {
        kind: "sequence",
        parts: [...[...pattern].map((char): Pattern => ({ kind: "character", char })), { kind: "anything" }],
      };
    case "~":
    case "~*":
      return parseRegex(pattern);
    default:
      return null;
  }
}

/** Whether the text is in the language; undefined where that depends on a locale. */
export const accepts = ({ automaton, ignoresCase }: Language, text: string): boolean | undefined =>
  ignoresCase && !isAscii(text) ? undefined : automaton.accepts(text);

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);
