import { expect, test } from "vitest";
import { fill, type Values } from "../../src/documents/index.ts";

const VALUES: Values = {
  title: "Crates",
  none: "",
  isOpen: true,
  isShut: false,
  rows: [
    { name: "`a`", words: "first" },
    { name: "`b`", words: "second" },
  ],
  empty: [],
};

test.each([
  ["a text", "# {{title}} and {{ title }}", "# Crates and Crates"],
  ["a list takes no lines of its own", "x\n{{#rows}}\n| {{name}} |\n{{/rows}}\ny\n", "x\n| `a` |\n| `b` |\ny\n"],
  ["tags of sections alone in a line", "{{#isOpen}} {{#rows}}\n{{name}}\n{{/rows}}{{/isOpen}}\ny", "`a`\n`b`\ny"],
  ["a list in a line", "{{#rows}}{{name}};{{/rows}}", "`a`;`b`;"],
  ["a name of the outside in a list", "{{#rows}}{{title}} {{name}} {{/rows}}", "Crates `a` Crates `b` "],
  ["truths", "{{#isOpen}}open{{/isOpen}}{{#isShut}}shut{{/isShut}}{{^isShut}}not shut{{/isShut}}", "opennot shut"],
  [
    "an empty text and an empty list are not there",
    "{{#none}}x{{/none}}{{^none}}-{{/none}}{{^empty}}0{{/empty}}",
    "-0",
  ],
  ["a comment", "a\n{{! not shown }}\nb {{! nor this }}c", "a\nb c"],
  ["a section in another", "{{#rows}}{{#isOpen}}{{words}} {{/isOpen}}{{/rows}}", "first second "],
  ["CRLF of a template is no part of the document", "{{#rows}}\r\n{{name}}\r\n{{/rows}}\r\n", "`a`\n`b`\n"],
  ["a value is not read again", "{{title}}", "Crates"],
])("%s", (_, template, filled) => {
  expect(fill(template, VALUES, "t.md")).toBe(filled);
});

test("what a value holds is no tag", () => {
  expect(fill("{{title}}", { title: "{{other}}" }, "t.md")).toBe("{{other}}");
});

test.each([
  ["a name that is not known", "a\n{{titel}}", /`t.md`, line 2: `titel` is not known here; known are empty, isOpen/],
  ["a list as a text", "{{rows}}", /line 1: `rows` is no text: use it as `{{#rows}}`/],
  ["a name of an entry outside of its list", "{{name}}", /`name` is not known here/],
  ["no end", "\n{{#rows}}", /line 2: `rows` has no end/],
  ["the end of another", "{{#rows}}{{/title}}", /`{{\/title}}` ends `rows`/],
  ["an end of nothing", "{{/rows}}", /ends nothing/],
  ["no name", "{{a b}}", /`{{a b}}` is no tag/],
  ["a name of every object", "{{constructor}}", /`constructor` is not known here/],
])("%s: an error with the line", (_, template, message) => {
  expect(() => fill(template, VALUES, "t.md")).toThrow(message);
});
