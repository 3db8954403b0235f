import { expect, test } from "vitest";
import { matchesName } from "../../src/pg/name-pattern.ts";
import { columnKey, functionKey, nameKey } from "../../src/pg/name.ts";

const of = (schema: string, name: string) => nameKey({ schema, name });

test.each<[string, string, boolean]>([
  ["public.note", of("public", "note"), true],
  ["public.note", of("public", "notes"), false],
  ["public.*", of("public", "note"), true],
  ["*.note", of("app", "note"), true],
  ["*", of("a.b", "c"), true],
  // quotes may be left out where they tell nothing
  ["public.Order", of("public", "Order"), true],
  ['public."Order"', of("public", "Order"), true],
  ["public.Or*", of("public", "Order"), true],
  ["public.order line", of("public", "order line"), true],
  // a dot inside of a part is no dot between parts
  ["a.b.c", of("a.b", "c"), false],
  ["a.b.c", of("a", "b.c"), false],
  ['"a.b".c', of("a.b", "c"), true],
  ['"a.b".c', of("a", "b.c"), false],
  ['a."b.c"', of("a", "b.c"), true],
  ["a.*", of("a.b", "c"), false],
  ["a.*", of("a", "b.c"), true],
  ['"a.b".*', of("a.b", "c"), true],
  ['"say ""hi""".t', of('say "hi"', "t"), true],
  ["public.two\nlines", of("public", "two\nlines"), true],
  ["public.*", of("public", "two\nlines"), true],
  // no other character of a pattern means anything
  ["public.a+", of("public", "aa"), false],
  ["public.a+", of("public", "a+"), true],
])("pattern %j and relation %j: %s", (pattern, name, expected) => {
  expect(matchesName(pattern, name)).toBe(expected);
});

test("columns, functions and triggers", () => {
  const price = { schema: "public", name: "price" };
  expect(matchesName("public.price.org_id", columnKey(price, "org_id"))).toBe(true);
  expect(matchesName("*.org_id", columnKey(price, "org_id"))).toBe(true);
  expect(matchesName("public.price.org_id", columnKey({ schema: "public.price", name: "org_id" }, "x"))).toBe(false);
  const fn = functionKey({ schema: "public", name: "get_note", identityArguments: "uuid,app.kind" });
  expect(matchesName("public.get_note(uuid,app.kind)", fn)).toBe(true);
  expect(matchesName("public.get_note*", fn)).toBe(true);
  expect(matchesName("public.get_note", fn)).toBe(false);
  expect(
    matchesName("public.Do it(uuid)", functionKey({ schema: "public", name: "Do it", identityArguments: "uuid" })),
  ).toBe(true);
  expect(matchesName("public.price / on change", "public.price / on change")).toBe(true);
  expect(matchesName("public.price", "public.price / on change")).toBe(false);
});

test("text that is not a name is compared as it is", () => {
  expect(matchesName("every schema", "every schema")).toBe(true);
  expect(matchesName("", "public.note")).toBe(false);
  expect(matchesName("public.", "public.note")).toBe(false);
});
