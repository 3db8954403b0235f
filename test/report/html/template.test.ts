import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { markup, ownText } from "../../../src/report/html/template.ts";

test("what is put into a template is text, also in an attribute", () => {
  const hostile = `"><script>alert('1')</script>&amp;`;
  expect(markup`<p title="${hostile}">${hostile}`.text).toBe(
    `<p title="&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;amp;">&quot;&gt;&lt;script&gt;alert('1')&lt;/script&gt;&amp;amp;`,
  );
});

test("markup, numbers, lists and nothing", () => {
  expect(markup`<ul>${[1, "<", markup`<li>`, null, false, ["a"]]}`.text).toBe("<ul>1&lt;<li>a");
});

test("characters that a browser would obey are shown", () => {
  expect(markup`${"a\u202eb\u0000"}`.text).toBe(String.raw`a\u202eb\x00`);
});

test("a style sheet or a script cannot end its element", () => {
  expect(() => ownText("a</style>")).toThrow("the end of its element");
});

test("attributes of templates have double quotes, within which texts are escaped", () => {
  const folder = join(import.meta.dirname, "../../../src/report/html");
  const found = readdirSync(folder).flatMap((file) => [
    ...readFileSync(join(folder, file), "utf8").matchAll(/=(?:'|)\$\{[^`]*?\}(?='|[\s>])[^`\n]*>/g),
  ]);
  expect(found.map(([text]) => text)).toEqual([]);
});
