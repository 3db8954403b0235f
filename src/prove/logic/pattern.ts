/** A regular expression of the kinds that LIKE, starts_with and the regular expressions of policies are made of. */
export type Pattern =
  | { kind: "character"; char: string }
  /** one of the characters and ranges, or none of them */
  | { kind: "class"; ranges: readonly (readonly [number, number])[]; negated: boolean }
  /** any one character, a newline too */
  | { kind: "one" }
  /** any text, the empty one too */
  | { kind: "anything" }
  | { kind: "sequence" | "choice"; parts: readonly Pattern[] }
  /** `most` null: without end */
  | { kind: "repeat"; of: Pattern; least: number; most: number | null };

/** LIKE without escapes: `%` is any text, `_` any character (manual, 9.7.1). */
export const patternOfLike = (pattern: string): Pattern => ({
  kind: "sequence",
  parts: [...pattern].map((char): Pattern =>
    char === "%" ? { kind: "anything" } : char === "_" ? { kind: "one" } : { kind: "character", char },
  ),
});

/** Repetitions count states: a pattern that asks for more is not read. */
const MOST_REPEATED = 40;

/**
 * An advanced regular expression of PostgreSQL (manual, 9.7.3) of literals, `.`, classes of ASCII characters and ranges,
 * groups, `|`, `* + ?` and `{n,m}`, with `^` at the very beginning and `$` at the very end, or neither. Null for anything
 * else: classes by name, back references, lookaround, lazy quantifiers, options, flags, letters behind a backslash.
 */
export function parseRegex(source: string): Pattern | null {
  const chars = [...source];
  // `***` at the start is a directive
  if (source.startsWith("***")) return null;
  const starts = chars[0] === "^";
  const ends = chars.length > Number(starts) && chars.at(-1) === "$" && chars.at(-2) !== "\\";
  const reading: Reading = { chars, at: starts ? 1 : 0, end: ends ? chars.length - 1 : chars.length };
  try {
    const inner = readChoice(reading, 0);
    // an anchor belongs to the first or the last alternative alone
    if (reading.at !== reading.end || (inner.kind === "choice" && (starts || ends))) return null;
    const anything: Pattern = { kind: "anything" };
    return { kind: "sequence", parts: [...(starts ? [] : [anything]), inner, ...(ends ? [] : [anything])] };
  } catch (error) {
    if (error instanceof NotRead) return null;
    throw error;
  }
}

interface Reading {
  chars: readonly string[];
  at: number;
  end: number;
}

/** The expression has a part that is not read. */
class NotRead extends Error {}

const isAt = ({ chars, at, end }: Reading, char: string): boolean => at < end && chars[at] === char;

function readChoice(reading: Reading, depth: number): Pattern {
  const parts = [readSequence(reading, depth)];
  while (isAt(reading, "|")) {
    reading.at += 1;
    parts.push(readSequence(reading, depth));
  }
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return { kind: "choice", parts };
}

function readSequence(reading: Reading, depth: number): Pattern {
  const parts: Pattern[] = [];
  while (reading.at < reading.end && !isAt(reading, "|") && !isAt(reading, ")"))
    parts.push(readRepeated(reading, depth));
  if (parts.length === 0 && depth > 0) throw new NotRead();
  return { kind: "sequence", parts };
}

const BOUNDS: Readonly<Record<string, readonly [number, number | null]>> = {
  "*": [0, null],
  "+": [1, null],
  "?": [0, 1],
};

function readRepeated(reading: Reading, depth: number): Pattern {
  const of = readAtom(reading, depth);
  const bounds = readBounds(reading);
  // a second quantifier makes the first one lazy, or is an error
  if (reading.at < reading.end && /[*+?{]/.test(reading.chars[reading.at] ?? "")) throw new NotRead();
  return bounds ? { kind: "repeat", of, least: bounds[0], most: bounds[1] } : of;
}

function readBounds(reading: Reading): readonly [number, number | null] | null {
  const { chars, at, end } = reading;
  const quantifier = at < end ? chars[at] : undefined;
  const short = quantifier === undefined ? undefined : BOUNDS[quantifier];
  if (short) {
    reading.at += 1;
    return short;
  }
  if (quantifier !== "{") return null;
  const found = /^\{(\d{1,3})(?:(,)(\d{1,3})?)?\}/.exec(chars.slice(at, end).join(""));
  if (!found) throw new NotRead();
  reading.at += found[0].length;
  const least = Number(found[1]);
  const most = found[2] === undefined ? least : found[3] === undefined ? null : Number(found[3]);
  if (least > MOST_REPEATED || (most !== null && (most > MOST_REPEATED || most < least))) throw new NotRead();
  return [least, most];
}

function readAtom(reading: Reading, depth: number): Pattern {
  const { chars, end } = reading;
  const char = chars[reading.at] ?? "";
  reading.at += 1;
  switch (char) {
    case ".":
      return { kind: "one" };
    case "[":
      return readClass(reading);
    case "(": {
      if (isAt(reading, "?")) {
        if (chars[reading.at + 1] !== ":") throw new NotRead();
        reading.at += 2;
      }
      const inner = readChoice(reading, depth + 1);
      if (!isAt(reading, ")")) throw new NotRead();
      reading.at += 1;
      return inner;
    }
    case "\\": {
      const escaped = chars[reading.at] ?? "";
      reading.at += 1;
      if (!/^[^\p{L}\p{N}_\s]$/u.test(escaped) || reading.at > end) throw new NotRead();
      return { kind: "character", char: escaped };
    }
    default:
      if (/[\^$*+?{})|]/.test(char)) throw new NotRead();
      return { kind: "character", char };
  }
}

/** A bracket expression of ASCII characters, and ranges of letters of one case or of digits: their codes are in order. */
function readClass(reading: Reading): Pattern {
  const { chars, end } = reading;
  const negated = isAt(reading, "^");
  if (negated) reading.at += 1;
  const ranges: [number, number][] = [];
  for (;;) {
    const char = chars[reading.at];
    reading.at += 1;
    if (char === undefined || reading.at > end) throw new NotRead();
    if (char === "]" && ranges.length > 0) return { kind: "class", ranges, negated };
    // [: :], [. .], [= =], escapes
    if (!/^[ -~]$/.test(char) || char === "[" || char === "\\" || char === "]") throw new NotRead();
    const low = char.codePointAt(0) ?? 0;
    const last = chars[reading.at + 1];
    if (!isAt(reading, "-") || last === "]" || last === undefined) {
      ranges.push([low, low]);
      continue;
    }
    reading.at += 2;
    const isRange = [/[0-9]/, /[a-z]/, /[A-Z]/].some((kind) => kind.test(char) && kind.test(last));
    const high = last.codePointAt(0) ?? 0;
    if (!isRange || high < low) throw new NotRead();
    ranges.push([low, high]);
  }
}
