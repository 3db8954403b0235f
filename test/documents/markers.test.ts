import { expect, test } from "vitest";
import { isSame, placesIn, withParts } from "../../src/documents/index.ts";

const PART = "<!-- rlsmith:begin matrix -->\nold\n<!-- rlsmith:end matrix -->";

/** The text with `new` in each of its parts. */
const filled = (text: string): string =>
  withParts(
    text,
    placesIn(text, "page.md").map((place) => ({ place, content: "new" })),
  );

test("what stands between the markers is replaced, and every other character stays", () => {
  const [head, tail] = ["# Title\n\n  trailing spaces  \n\t", "\n\n\n* a\n+ b\n\u00A0"];
  expect(filled(`${head}\n${PART}${tail}`)).toBe(
    `${head}\n<!-- rlsmith:begin matrix -->\n\nnew\n\n<!-- rlsmith:end matrix -->${tail}`,
  );
});

test.each([
  ["CRLF", `a\r\n${PART.replaceAll("\n", "\r\n")}\r\nb`, "a\r\n", "\r\n", "\r\nb"],
  ["a byte order mark", `\uFEFF${PART}\n`, "\uFEFF", "\n", "\n"],
  ["no final line break", PART, "", "\n", ""],
])("%s stays", (_, text, head, eol, tail) => {
  const lines = ["<!-- rlsmith:begin matrix -->", "", "new", "", "<!-- rlsmith:end matrix -->"];
  expect(filled(text)).toBe(`${head}${lines.join(eol)}${tail}`);
});

test("several parts, an empty one, the form of MDX, and one that is about a plan", () => {
  const text = [
    "{/* rlsmith:begin roles */}",
    "{/* rlsmith:end roles */}",
    "between",
    "  <!--rlsmith:begin changes:0123abcd-->",
    "x",
    "<!-- rlsmith:end changes -->",
  ].join("\n");
  expect(placesIn(text, "page.mdx").map(({ part, of, line }) => [part, of, line])).toEqual([
    ["roles", null, 1],
    ["changes", "0123abcd", 4],
  ]);
  expect(filled(text)).toContain("{/* rlsmith:begin roles */}\n\nnew\n\n{/* rlsmith:end roles */}\nbetween\n");
});

test.each(["```\n", "~~~~ html\n"])("a marker in a fence of code is text: %j", (fence) => {
  const text = `${fence}${PART}\n${fence.slice(0, 4).trim()}\n`;
  expect(placesIn(text, "page.md")).toEqual([]);
  expect(filled(text)).toBe(text);
});

test.each([
  ["without an end", "a\n<!-- rlsmith:begin matrix -->\nb", /line 2: `matrix` has no end/],
  ["without a begin", "<!-- rlsmith:end matrix -->", /line 1: `matrix` ends and has not begun/],
  [
    "one in another",
    "<!-- rlsmith:begin matrix -->\n<!-- rlsmith:begin roles -->\n<!-- rlsmith:end roles -->\n<!-- rlsmith:end matrix -->",
    /line 2: `roles` begins inside of `matrix`/,
  ],
  ["crossed", "<!-- rlsmith:begin matrix -->\n<!-- rlsmith:end roles -->", /line 2: `roles` ends inside of `matrix`/],
  ["twice", `${PART}\n${PART}`, /line 4: `matrix` is in this file a second time/],
  ["of no part", "<!-- rlsmith:begin tables -->\n<!-- rlsmith:end tables -->", /no part `tables`/],
  ["in a line with text", `see <!-- rlsmith:begin matrix -->\n<!-- rlsmith:end matrix -->`, /line 1: the marker/],
  ["with a word that is none", "<!-- rlsmith:start matrix -->", /line 1: the marker/],
])("markers %s: an error with the line", (_, text, message) => {
  expect(() => placesIn(text, "page.md")).toThrow(message);
  expect(() => placesIn(text, "page.md")).toThrow(expect.objectContaining({ code: "BAD_MARKERS" }));
});

test("what a formatter of Markdown changes makes no part out of date, and other words do", () => {
  const one = "Some words\nin lines.\n\n| a | b |\n| --- | ---: |\n| 1 | 2 |\n\n- item";
  const other = "Some words in\nlines.\n\n| a   |   b |\n|-----|-----:|\n| 1   |   2 |\n\n* item\n";
  expect(isSame(one, other)).toBe(true);
  expect(isSame(one, other.replaceAll("\n", "\r\n"))).toBe(true);
  expect(isSame(one, other.replace("1", "3"))).toBe(false);
  expect(isSame("a  - b", "a  - c")).toBe(false);
});
