import { expect, test } from "vitest";
import { parseJson5 } from "../../src/migration-tools/json5.ts";

// the expected values are those of json5.org
test.each<[string, unknown]>([
  ["{}", {}],
  ["{ a: 1, 'b': \"c\", $d: [true, null,], } // end", { a: 1, b: "c", $d: [true, null] }],
  ['/* { */ { "a//b": \'it\\\'s "x" \\u0041\\n\', }', { "a//b": 'it\'s "x" A\n' }],
  ["{ a: 'one \\\ntwo' }", { a: "one two" }],
  ["{ a: +1, b: -2.5e3 }", { a: 1, b: -2500 }],
])("%s", (text, value) => {
  expect(parseJson5(text)).toEqual(value);
});

test.each(["{", "{ a: }", "{ a: #b }", "'a", ""])("refused: %s", (text) => {
  expect(() => parseJson5(text)).toThrow(SyntaxError);
});
