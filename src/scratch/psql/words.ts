import { readReference, REFERENCE } from "./scanner.ts";
import { valueOf } from "./value.ts";

/** The arguments of a backslash command. */
export interface Words {
  words: string[];
  /** the variables without a value that the arguments need */
  unset: string[];
  /** the arguments hold the output of a program, which is not run */
  runsProgram: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f" };

/**
 * Split the arguments of a backslash command as psql does (its manual, "Meta-Commands"): words are separated by white
 * space, single quotes group and know C-like escapes, double quotes stay part of the word, variables are replaced
 * outside of quotes.
 */
export function wordsOf(text: string, variables: ReadonlyMap<string, string>): Words {
  const out: Words = { words: [], unset: [], runsProgram: false };
  let word: string | null = null;
  for (let at = 0; at < text.length;) {
    const character = text.charAt(at);
    if (/\s/.test(character)) {
      if (word !== null) out.words.push(word);
      word = null;
      at += 1;
      continue;
    }
    const [value, length] = elementAt(text, at, variables, out);
    word = (word ?? "") + value;
    at += length;
  }
  if (word !== null) out.words.push(word);
  return out;
}

/** The value of the part of a word that begins at a place, and its length in the text. */
function elementAt(text: string, at: number, variables: ReadonlyMap<string, string>, out: Words): [string, number] {
  const rest = text.slice(at);
  const quoted = /^'((?:[^'\\]|\\[\s\S]|'')*)(?:'|$)/.exec(rest);
  if (quoted) return [unescaped(quoted[1] ?? ""), quoted[0].length];
  const double = /^"[^"]*(?:"|$)/.exec(rest);
  if (double) return [double[0], double[0].length];
  const program = /^`[^`]*(?:`|$)/.exec(rest);
  if (program) {
    out.runsProgram = true;
    return ["", program[0].length];
  }
  REFERENCE.lastIndex = at;
  const [reference] = REFERENCE.exec(text) ?? [];
  if (reference === undefined) return [text.charAt(at), 1];
  const value = valueOf(reference, variables);
  if (value === null) out.unset.push(readReference(reference).name);
  return [value ?? reference, reference.length];
}

const unescaped = (text: string): string =>
  text.replaceAll(
    /''|\\(?:x([0-9A-Fa-f]{1,2})|([0-7]{1,3})|([\s\S]))/g,
    (_, hex?: string, octal?: string, one?: string) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8))
          : one !== undefined
            ? (ESCAPES[one] ?? one)
            : "'",
  );
