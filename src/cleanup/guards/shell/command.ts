import { readBracketed, readCompound } from "./compounds.ts";
import { ahead, fail, skip, type Cursor } from "./cursor.ts";
import type { Command, Compound, Word } from "./syntax.ts";
import { readDoubleBrackets, readWord } from "./words.ts";

/** A command that is being read. */
interface Made {
  words: Word[];
  assignments: { name: string; value: Word }[];
  redirects: { operator: string; target: Word }[];
  compound: Compound | null;
}

const RESERVED = new Set(["then", "else", "elif", "fi", "do", "done", "esac", "}", ")", ";;", ";&", ";;&"]);

/** Read a command, up to what joins it to the next one. */
export function readCommand(cursor: Cursor): Command {
  skip(cursor, false);
  const start = cursor.at;
  const made: Made = { words: [], assignments: [], redirects: [], compound: null };
  let end = start;
  while (readRedirect(cursor, made) || readPart(cursor, made)) {
    end = cursor.at;
    skip(cursor, false);
  }
  if (end === start) fail(cursor);
  return { start, end, ...made };
}

function readRedirect(cursor: Cursor, made: Made): boolean {
  const found = /^(?:\d*(?:<<<|<<-?|<&|>&|>>|>\||<>|<(?!\()|>(?!\())|&>>?)/.exec(ahead(cursor, 8))?.[0];
  if (found === undefined) return false;
  cursor.at += found.length;
  skip(cursor, false);
  const operator = found.replace(/^\d+/, "");
  const target = readWord(cursor) ?? fail(cursor);
  if (operator === "<<" || operator === "<<-")
    cursor.pending.push({ delimiter: target.value, indented: operator === "<<-" });
  made.redirects.push({ operator, target });
  return true;
}

/** Read the next word, or all of a compound command. False: the command has ended. */
function readPart(cursor: Cursor, made: Made): boolean {
  if (made.compound) return false;
  const isFirst = made.words.length === 0 && made.assignments.length === 0;
  if (isFirst) made.compound = readBracketed(cursor);
  if (made.compound) return true;
  const word = readWord(cursor);
  if (!word) return false;
  const isPlain = cursor.text.slice(word.start, word.end) === word.value;
  if (isFirst && isPlain && readFirst(cursor, word, made)) return true;
  takeWord(cursor, word, made);
  return true;
}

/** What the first word begins, where it has no quotes. False: it is a word like others. */
function readFirst(cursor: Cursor, word: Word, made: Made): boolean {
  if (RESERVED.has(word.value)) {
    cursor.at = word.start;
    return fail(cursor);
  }
  if (word.value === "[[") {
    made.words.push(...readDoubleBrackets(cursor, word));
    return true;
  }
  made.compound = readCompound(cursor, word.value);
  return made.compound !== null;
}

function takeWord({ text }: Cursor, word: Word, made: Made): void {
  const [head, name] = made.words.length === 0 ? (/^(\w+)\+?=/.exec(text.slice(word.start, word.end)) ?? []) : [];
  if (head === undefined) made.words.push(word);
  else {
    const value = { ...word, start: word.start + head.length, value: word.value.slice(head.length) };
    made.assignments.push({ name: name ?? "", value });
  }
}
