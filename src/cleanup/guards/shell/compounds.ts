import {
  ahead,
  fail,
  isAt,
  need,
  skip,
  skipArithmetic,
  someCommands,
  substitution,
  takeReserved,
  type Cursor,
} from "./cursor.ts";
import type { Compound, Statement, Word } from "./syntax.ts";
import { readWord } from "./words.ts";

const compound = (of: Partial<Compound> & Pick<Compound, "keyword">): Compound => ({
  conditions: [],
  bodies: [],
  name: "",
  until: false,
  ...of,
});

/** Read a compound command that begins with brackets or with its name: `((…))`, `(…)`, `name() {…}`. Null: none is next. */
export function readBracketed(cursor: Cursor): Compound | null {
  const from = cursor.at;
  if (isAt(cursor, "((")) {
    cursor.at += 2;
    skipArithmetic(cursor);
    return compound({ keyword: "arithmetic", name: cursor.text.slice(from + 2, cursor.at - 2) });
  }
  if (isAt(cursor, "(")) {
    cursor.at += 1;
    return compound({ keyword: "group", bodies: [substitution(cursor)] });
  }
  const [head, name, other] =
    /^(?:function[ \t]+([\w:-]+)[ \t]*(?:\(\))?|([\w:-]+)[ \t]*\(\))\s*(?=\{)/.exec(ahead(cursor, 200)) ?? [];
  if (head === undefined) return null;
  cursor.at += head.length + 1;
  return { ...readBraces(cursor), keyword: "function", name: name ?? other ?? "" };
}

/** Read a compound command whose first word was taken. Null: the word begins none. */
export function readCompound(cursor: Cursor, keyword: string): Compound | null {
  switch (keyword) {
    case "{":
      return readBraces(cursor);
    case "if":
      return readIf(cursor);
    case "while":
    case "until":
      return compound({ keyword: "while", ...readLoop(cursor), until: keyword === "until" });
    case "for":
    case "select":
      return readFor(cursor);
    case "case":
      return readCase(cursor);
    default:
      return null;
  }
}

function readBraces(cursor: Cursor): Compound {
  const body = someCommands(cursor, "}");
  need(cursor, "}");
  return compound({ keyword: "group", bodies: [body] });
}

function readIf(cursor: Cursor): Compound {
  const conditions: Statement[][] = [];
  const bodies: Statement[][] = [];
  do {
    conditions.push(someCommands(cursor, "then"));
    need(cursor, "then");
    bodies.push(someCommands(cursor, "elif", "else", "fi"));
  } while (takeReserved(cursor, "elif"));
  if (takeReserved(cursor, "else")) bodies.push(someCommands(cursor, "fi"));
  need(cursor, "fi");
  return compound({ keyword: "if", conditions, bodies });
}

function readLoop(cursor: Cursor): Pick<Compound, "conditions" | "bodies"> {
  const condition = someCommands(cursor, "do");
  return { conditions: [condition], bodies: [readBody(cursor)] };
}

/** `do … done` */
function readBody(cursor: Cursor): Statement[] {
  need(cursor, "do");
  const body = someCommands(cursor, "done");
  need(cursor, "done");
  return body;
}

function readFor(cursor: Cursor): Compound {
  skip(cursor, false);
  if (isAt(cursor, "((")) return fail(cursor);
  const name = readWord(cursor)?.value ?? fail(cursor);
  const values = takeReserved(cursor, "in") ? readWords(cursor) : [];
  skip(cursor, true);
  if (isAt(cursor, ";")) cursor.at += 1;
  // the values are looked at as a command of their own
  return compound({ keyword: "for", name, conditions: [asStatements(values)], bodies: [readBody(cursor)] });
}

function readWords(cursor: Cursor): Word[] {
  const words: Word[] = [];
  for (;;) {
    skip(cursor, false);
    const one = readWord(cursor);
    if (!one) return words;
    words.push(one);
  }
}

function asStatements(words: readonly Word[]): Statement[] {
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last) return [];
  const { start } = first;
  const { end } = last;
  const commands = [{ start, end, words, assignments: [], redirects: [], compound: null }];
  return [{ start, end, pipelines: [{ start, end, operator: "", negated: false, commands }] }];
}

function readCase(cursor: Cursor): Compound {
  skip(cursor, false);
  readWord(cursor);
  need(cursor, "in");
  const bodies: Statement[][] = [];
  while (!takeReserved(cursor, "esac")) {
    skipPatterns(cursor);
    bodies.push(cursor.list(cursor, new Set([";;", ";&", ";;&", "esac"])));
    skip(cursor, true);
    cursor.at += /^(?:;;&|;;|;&)/.exec(ahead(cursor, 3))?.[0].length ?? 0;
  }
  return compound({ keyword: "case", bodies });
}

/** `a | b)` */
function skipPatterns(cursor: Cursor): void {
  if (isAt(cursor, "(")) cursor.at += 1;
  for (;;) {
    skip(cursor, false);
    if (!readWord(cursor)) fail(cursor);
    skip(cursor, false);
    if (!isAt(cursor, "|")) break;
    cursor.at += 1;
  }
  if (!isAt(cursor, ")")) fail(cursor);
  cursor.at += 1;
}
