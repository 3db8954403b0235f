import { describe, expect, test } from "vitest";
import { SHAPES, type ShapeExample } from "../../../src/cleanup/code/index.ts";
import { applied, clean, type Files } from "./support.ts";

// Every shape shows what it does by examples, which docs/codemods/ prints; here they are run.

const filesOf = (text: ShapeExample["before"]): Files => (typeof text === "string" ? { "example.ts": text } : text);

const afterOf = (text: ShapeExample["after"]): Files =>
  typeof text === "string"
    ? { "example.ts": text }
    : Object.fromEntries(Object.entries(text).flatMap(([path, one]) => (one === null ? [] : [[path, one]])));

const examples = SHAPES.flatMap(({ id, examples }) =>
  examples.map((example, n): [string, ShapeExample] => [`${id} ${n + 1}`, example]),
);

test("every shape has a name of its own", () => {
  const ids = SHAPES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(examples)("example of %s", (_name, { before, after, decided }) => {
  test("becomes what it shows", () => {
    expect(applied(filesOf(before), clean(filesOf(before), { decided }))).toEqual(afterOf(after));
  });

  test("stays so in a second run", () => {
    const cleaned = clean(afterOf(after));
    expect([...cleaned.files.keys()]).toEqual([]);
    expect(cleaned.decisions).toEqual([]);
  });
});

test.each(examples.filter(([name]) => name.endsWith(" 1")))(
  "the first example of %s is its own",
  (name, { before, decided }) => {
    expect(clean(filesOf(before), { decided }).changes.map(({ shape }) => shape)).toContain(name.replace(/ 1$/, ""));
  },
);
