import type { Constants } from "./constants.ts";
import type { Random } from "./random.ts";
import { textsFor, type Choice } from "./texts.ts";

/** The text of one JSON value, which may be a number in a spelling that JavaScript would not keep. */
export type JsonText = string;

/** A document by its leaves: a path as JSON → the text of its value. */
export type Document = ReadonlyMap<string, JsonText>;

/** Values for the leaf at a path. */
export function leavesFor(constants: Constants, path: readonly string[], identifying: boolean): Choice<JsonText> {
  const texts = textsFor(constants, path.at(-1) ?? "", identifying);
  const quoted = texts.hot.map((text) => JSON.stringify(text));
  const [one = '"x"', two = '"y"'] = quoted;
  const numbers = [...constants.numbers.slice(0, 6), "0", "1", "2"].filter((number) => /^-?\d+(\.\d+)?$/.test(number));
  const lists = [`[${one}]`, `[${two}, ${one}]`, ...quoted.map((text) => `["x", ${text}]`)];
  const isPlural = (path.at(-1) ?? "").endsWith("s");
  return {
    hot: [...quoted, ...(isPlural ? [...lists, ...lists] : lists.slice(0, 1))],
    cold: [
      "null",
      `[${one}]`,
      `{${one}: true}`,
      "1e2",
      ...lists,
      "[]",
      "true",
      ...texts.cold.slice(0, 12).map((text) => JSON.stringify(text)),
      ...numbers,
      "[null]",
      `[${one}, null]`,
      `[[${one}]]`,
      "{}",
      "1.0",
      "100",
      "-1",
      "4102444800",
      "946684800",
      "false",
      JSON.stringify(`[${one}]`),
      JSON.stringify(texts.hot.slice(0, 2).join(",")),
      ...texts.cold.map((text) => JSON.stringify(text)),
    ],
  };
}

/** The document as text; a path that leads through a leaf is left out. */
export function printDocument(document: Document): JsonText {
  const print = (depth: number, at: readonly (readonly [string[], JsonText])[]): JsonText => {
    const leaf = at.find(([path]) => path.length === depth);
    if (leaf) return leaf[1];
    const keys = [...new Set(at.flatMap(([path]) => path[depth] ?? []))];
    return `{${keys
      .map(
        (key) =>
          `${JSON.stringify(key)}: ${print(
            depth + 1,
            at.filter(([path]) => path[depth] === key),
          )}`,
      )
      .join(", ")}}`;
  };
  return print(
    0,
    [...document].map(([path, value]) => [JSON.parse(path) as string[], value] as const),
  );
}

/** A document with a value at most of the paths. */
export function documentFor(random: Random, leaves: ReadonlyMap<string, Choice<JsonText>>, likely: number): Document {
  const document = new Map<string, JsonText>();
  for (const [path, { hot, cold }] of leaves) {
    if (random.chance(0.12)) continue;
    const value = random.chance(likely) || cold.length === 0 ? random.pick(hot) : random.pickEarly(cold);
    if (value !== undefined) document.set(path, value);
  }
  // a value at a path hides those at longer ones
  for (const path of document.keys()) {
    const start = `${path.slice(0, -1)},`;
    const isHiding = [...document.keys()].some((other) => other.startsWith(start));
    if (isHiding && random.chance(0.8)) document.delete(path);
  }
  return document;
}
