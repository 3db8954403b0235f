import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rulePages } from "../scripts/rule-pages.ts";

test("docs/rules is what `npm run docs` makes", () => {
  const pages = rulePages();
  expect(readdirSync("docs/rules").toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(`docs/rules/${file}`, "utf8"), file).toBe(text);
});
