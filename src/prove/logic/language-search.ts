import type { Automaton } from "./automaton.ts";

/** States of a product that are visited before the question is left open. */
const MOST_STATES = 3000;

/** Letters first, so that what is found is plain; the last stands for every character that no pattern names. */
const ALPHABET: readonly string[] = [
  ..."abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).filter((char) => /\W|_/.test(char)),
];

/** A character that stands for all that no pattern names: none of them tells it from the others. */
const OTHER = "\u{10FFFD}";

/** A language, and whether the text is to be one of it. */
export interface Wanted {
  automaton: Automaton;
  accepted: boolean;
  /** where it is about the text with every character replaced: lower or upper of it */
  image?(char: string): string;
}

/** Letters outside of ASCII of which lower or upper is in ASCII: the Kelvin sign and the long s. */
const FOLDED_INTO_ASCII = ["\u212A", "\u017F"];

/**
 * A shortest text that each automaton accepts, or does not, as asked, and that is not refused; null: there is none;
 * undefined: not found within the limit. A character that no automaton names behaves like any other such, so one of
 * them is tried for all.
 */
export function findText(
  wanted: readonly Wanted[],
  isRefused: (text: string) => boolean = () => false,
): string | null | undefined {
  const found = search(wanted, isRefused, 1);
  // with one letter of each kind a pattern of fixed length matches one text alone, which may be refused
  return found === undefined ? search(wanted, isRefused, 4) : found;
}

/** `letters`: of those that the patterns do not tell apart, this many are tried. */
function search(
  wanted: readonly Wanted[],
  isRefused: (text: string) => boolean,
  letters: number,
): string | null | undefined {
  const named = new Set(wanted.flatMap(({ automaton }) => [...automaton.named]));
  const folded = wanted.some(({ image }) => image) ? FOLDED_INTO_ASCII : [];
  const bySignature = new Map<string, string[]>();
  for (const char of new Set([...ALPHABET, ...named, ...folded, OTHER])) {
    const signature = wanted.map(({ automaton, image }) => automaton.signature(image?.(char) ?? char)).join(" ");
    const same = bySignature.get(signature) ?? [];
    if (same.length < letters) bySignature.set(signature, [...same, char]);
  }
  const alphabet = [...bySignature.values()].flat();
  const keyOf = (states: readonly ReadonlySet<number>[]): string =>
    states.map((set) => [...set].toSorted((a, b) => a - b).join(",")).join(";");
  const start = wanted.map(({ automaton }) => automaton.start);
  const queue = [{ states: start, text: "" }];
  const seen = new Map([[keyOf(start), 1]]);
  let refused = letters > 1;
  for (const { states, text } of queue) {
    const fits = wanted.every(({ automaton, accepted }, index) => {
      const at = states[index];
      return at !== undefined && automaton.isFinal(at) === accepted;
    });
    if (fits) {
      if (!isRefused(text)) return text;
      refused = true;
    }
    for (const char of alphabet) {
      const next = wanted.map(({ automaton, image }, index) =>
        automaton.step(states[index] ?? automaton.start, image?.(char) ?? char),
      );
      const key = keyOf(next);
      const times = seen.get(key) ?? 0;
      // where texts are refused, other ways to the same states give other texts
      if (times > 0 && (!refused || times > 30)) continue;
      seen.set(key, times + 1);
      queue.push({ states: next, text: text + char });
      if (queue.length > MOST_STATES) return undefined;
    }
  }
  return refused ? undefined : null;
}
