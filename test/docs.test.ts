import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorPages, findingPages } from "../scripts/code-pages.ts";
import { rulePages } from "../scripts/rule-pages.ts";

test.each([
  ["rules", rulePages()],
  ["findings", findingPages()],
  ["errors", errorPages()],
])("docs/%s is what `npm run docs` makes", (folder, pages) => {
  expect(readdirSync(`docs/${folder}`).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(`docs/${folder}/${file}`, "utf8"), file).toBe(text);
});
