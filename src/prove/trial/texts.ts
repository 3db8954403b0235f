import type { Constants } from "./constants.ts";

/** Values to choose from: those that are likely to meet one another, and the rest. */
export interface Choice<T> {
  hot: T[];
  cold: T[];
}

export const UUIDS = [
  "a0c0ffee-0000-4000-8000-00000000000a",
  "b0c0ffee-0000-4000-8000-00000000000b",
  "c0c0ffee-0000-4000-8000-00000000000c",
] as const;

/** The first of each, then the second of each, and so on. */
export function inTurn<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_, n) => lists.flatMap((list) => list.slice(n, n + 1))).flat();
}

/** Texts that are read in more than one way: as numbers, as NULL, in another order of a collation. */
const EDGES = [
  "",
  " ",
  "1",
  "01",
  "1.0",
  "1e2",
  "100",
  "-1",
  "true",
  "f",
  "null",
  "NULL",
  "NaN",
  "a",
  "Z",
  "z",
  "_",
  "{",
  "~",
  "é",
  "ß",
  "%",
  "{}",
  "[]",
];

const PATTERN = /[%_^$\\.*+?()[\]{}|]/;

/** A text and what differs from it a little. */
export function variantsOf(text: string): string[] {
  const upper = text.toUpperCase();
  const swapped = upper === text ? text.toLowerCase() : upper;
  return [
    text,
    `${text} `,
    `${text}  `,
    swapped,
    `${text}x`,
    text.slice(0, -1),
    ` ${text}`,
    text.slice(0, 1).toUpperCase() + text.slice(1),
    `x${text}`,
    text.slice(0, 1),
    `${text}\n`,
    ...(PATTERN.test(text) ? matchesOf(text) : []),
  ];
}

/** Texts that a LIKE or regular expression may match, or just not. */
function matchesOf(pattern: string): string[] {
  const plain = pattern.replaceAll(/\\(?:[a-zA-Z])/g, "1").replaceAll(/[^\p{L}\p{N}\s/@:,.\-_]/gu, "");
  const filled = pattern.replaceAll("%", "zz").replaceAll("_", "q");
  const pieces = pattern.match(/[\p{L}\p{N}@/:-]+/gu) ?? [];
  return [
    filled,
    plain,
    `${plain}x`,
    `x${plain}`,
    `x${plain}x`,
    plain.replaceAll("_", "q"),
    plain.toUpperCase(),
    ...pieces.flatMap((piece) => [piece, `${piece}x`, `x${piece}`, `${piece}1`]),
  ];
}

/** Texts made of two, with what the SQL splits them at. */
const joined = (separators: readonly string[], parts: readonly string[]): string[] =>
  separators
    .slice(0, 4)
    .flatMap((separator) =>
      parts
        .slice(0, 2)
        .flatMap((part, n) => [
          `${part}${separator}x`,
          `x${separator}${part}`,
          `${part}${separator}${parts[1 - n] ?? "y"}`,
          `${part}${separator}`,
          `${separator}${part}`,
          `x${separator}x${separator}${part}`,
        ]),
    );

/** Texts for a column or a value of a claim or setting that the SQL calls by a name. */
export function textsFor(constants: Constants, name: string, identifying: boolean): Choice<string> {
  const isSeparator = (text: string): boolean => constants.separators.includes(text);
  const near = (constants.near.get(name) ?? []).filter((text) => !isSeparator(text)).slice(0, 12);
  const others = constants.texts.filter((text) => text.length <= 60 && !near.includes(text)).slice(0, 24);
  const ids = [...constants.uuids.slice(0, 2), ...UUIDS.slice(0, 2)];
  const words = near.length > 0 ? [] : others.filter((text) => /^[a-z][\w-]*$/i.test(text)).slice(0, 3);
  const joints = joined(constants.separators, identifying ? ids : [...ids.slice(0, 1), ...near.slice(0, 1)]);
  // a text that the SQL splits holds several values
  const splits = constants.texts.some(isSeparator);
  const hot = [
    ...near.slice(0, 5),
    ...words,
    ...(identifying || near.length === 0 || splits ? ids.slice(0, 2) : []),
    ...(splits ? joints.slice(0, 4) : []),
    "t1",
  ];
  const cold = [
    ...inTurn(near.map(variantsOf)),
    ...inTurn([joints, EDGES]),
    ...ids.flatMap((id) => [id, id.toUpperCase(), `{${id}}`, id.replaceAll("-", "")]),
    ...inTurn(others.map(variantsOf)),
    "t2",
  ];
  return { hot: [...new Set(hot)], cold: [...new Set(cold)] };
}
