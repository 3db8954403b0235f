import { scanTokens } from "../expr/parse.ts";
import type { Copied, Place, Sql } from "./node.ts";

/** A token of the scanner, with its place in UTF-16 code units. */
export interface Token extends Place {
  text: string;
}

/** The tokens of PL/pgSQL or of the SQL in it: both use the same scanner. */
export function tokensOf(text: string): Token[] {
  const bytes = Buffer.from(text, "utf8");
  let [counted, index] = [0, 0];
  const indexOf = (byte: number): number => {
    index += bytes.subarray(counted, byte).toString("utf8").length;
    counted = byte;
    return index;
  };
  return scanTokens(text).map((token) => {
    const [start, end] = [indexOf(token.start), indexOf(token.end)];
    return { start, end, text: text.slice(start, end) };
  });
}

/**
 * A key word as the grammar compares it; quoted identifiers and literals keep their quotes, so they never equal a key
 * word.
 */
export const wordOf = (token: Token | undefined): string => token?.text.toLowerCase() ?? "";

/** The name that an identifier gives. */
export const nameOf = (token: Token | undefined): string =>
  token?.text.startsWith('"') ? token.text.slice(1, -1).replaceAll('""', '"') : wordOf(token);

const HIDDEN_VARIABLE = /^"__Case__Variable_\d+__" IN \(/;

/**
 * The position of the reader in the text of a body. PL/pgSQL's tree has only line numbers, so the tree is matched with
 * the tokens: each key word is expected, and each SQL text must be found where it is read. After the first mismatch
 * `lost` is true, and no more places are given.
 */
export class Position {
  readonly body: string;
  readonly #tokens: Token[];
  #at = 0;
  lost = false;

  constructor(body: string) {
    this.body = body;
    this.#tokens = tokensOf(body);
  }

  get token(): Token | undefined {
    return this.lost ? undefined : this.#tokens[this.#at];
  }

  /** The word of the next token, or of one after it; empty at the end. */
  word(ahead = 0): string {
    return this.lost ? "" : wordOf(this.#tokens[this.#at + ahead]);
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  take(count = 1): void {
    this.#at += count;
  }

  accept(word: string): boolean {
    const there = this.word() === word;
    if (there) this.take();
    return there;
  }

  expect(...words: string[]): void {
    for (const word of words) if (!this.accept(word)) this.lost = true;
  }

  /** Advance to the next of these words outside parentheses. */
  skipTo(...words: string[]): void {
    for (let depth = 0; !this.lost; this.take()) {
      const word = this.word();
      if (depth === 0 && words.includes(word)) return;
      if (word === "(" || word === "[") depth += 1;
      if (word === ")" || word === "]") depth -= 1;
      if (this.token === undefined) this.lost = true;
    }
  }

  /** The place from `start` to the end of the last token that was taken. */
  placeFrom(start: Token | undefined): Place | null {
    const last = this.#tokens[this.#at - 1];
    return this.lost || !start || !last ? null : { start: start.start, end: last.end };
  }

  /**
   * Take an SQL text that is written here, without the `before` and `after` characters that PL/pgSQL puts around it.
   */
  copy(sql: Pick<Sql, "text" | "parse">, before = 0, after = 0): Sql {
    const length = sql.text.length - before - after;
    const run = this.#run(sql.text.slice(before, before + length), before);
    return { ...sql, copied: run ? [run] : [] };
  }

  /** Take a statement that may have an INTO clause, which PL/pgSQL blanks out byte by byte. */
  copyStatement(sql: Pick<Sql, "text" | "parse">): Sql {
    const start = this.token;
    if (!start) return { ...sql, copied: [] };
    if (this.body.startsWith(sql.text, start.start) && !this.#hasInto()) return this.copy(sql);
    this.#skipToInto();
    const into = this.token?.start ?? start.start;
    this.skipTargets();
    const head = this.body.slice(start.start, into);
    const blanks = Buffer.byteLength(this.body.slice(into, this.token?.start ?? into));
    const tail = sql.text.slice(head.length + blanks);
    const blanked = sql.text.slice(head.length);
    if (this.lost || !sql.text.startsWith(head.trimEnd()) || blanked.slice(0, blanks).trim() !== "") this.lost = true;
    const first: Copied = { at: 0, from: start.start, length: Math.min(head.length, sql.text.length) };
    const second = tail === "" ? null : this.#run(tail, head.length + blanks);
    return { ...sql, copied: this.lost ? [] : second ? [first, second] : [first] };
  }

  /** Take the text of `PERFORM`, which PL/pgSQL changes to SELECT. */
  copyPerform(sql: Pick<Sql, "text" | "parse">): Sql {
    const [keyword, next] = [this.token, "SELECT".length];
    this.expect("perform");
    const gap = (this.token?.start ?? 0) - (keyword?.end ?? 0);
    return this.copy(sql, next + gap);
  }

  /** Take the list after WHEN of a simple CASE, which PL/pgSQL changes to a comparison. */
  copyList(sql: Pick<Sql, "text" | "parse">): Sql {
    const before = HIDDEN_VARIABLE.exec(sql.text)?.[0].length;
    return before === undefined ? this.copy(sql) : this.copy(sql, before, 1);
  }

  /**
   * Take the arguments of a cursor. PL/pgSQL joins them in the order of the declaration, with `AS` a name where one is
   * named.
   */
  copyArguments(sql: Pick<Sql, "text" | "parse">): Sql {
    this.expect("(");
    const found: Copied[] = [];
    for (let more = !this.lost; more; more = this.accept(",")) {
      if (this.word(1) === ":=" || this.word(1) === "=>") this.take(2);
      const start = this.token?.start ?? 0;
      this.skipTo(",", ")");
      const text = this.body.slice(start, this.token?.start ?? start).trimEnd();
      const [at, again] = [sql.text.indexOf(text), sql.text.lastIndexOf(text)];
      if (at >= 0 && at === again) found.push({ at, from: start, length: text.length });
    }
    this.expect(")");
    return { ...sql, copied: this.lost ? [] : found.toSorted((a, b) => a.at - b.at) };
  }

  /** Skip `INTO [STRICT] a, b.c`. */
  skipTargets(): void {
    this.expect("into");
    this.accept("strict");
    do {
      this.take();
      while (this.accept(".")) this.take();
    } while (this.accept(","));
  }

  #run(text: string, at: number): Copied | null {
    const from = this.token?.start;
    if (from === undefined || !this.body.startsWith(text, from)) {
      this.lost = true;
      return null;
    }
    const end = from + text.length;
    while (!this.atEnd && (this.token?.start ?? end) < end) this.take();
    return { at, from, length: text.length };
  }

  /** True for an INTO of PL/pgSQL rather than of SQL itself (make_execsql_stmt in pl_gram.y). */
  #isInto(index: number, first: number): boolean {
    const before = wordOf(this.#tokens[index - 1]);
    if (wordOf(this.#tokens[index]) !== "into" || wordOf(this.#tokens[first]) === "import") return false;
    return before !== "insert" && before !== "merge";
  }

  #hasInto(): boolean {
    const first = this.#at;
    for (let index = first; index < this.#tokens.length && this.#tokens[index]?.text !== ";"; index += 1)
      if (this.#isInto(index, first)) return true;
    return false;
  }

  #skipToInto(): void {
    const first = this.#at;
    while (!this.atEnd && this.word() !== ";" && !this.#isInto(this.#at, first)) this.take();
  }
}
