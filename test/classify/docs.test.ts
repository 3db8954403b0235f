import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { IDIOMS } from "../../src/classify/expression/idioms.ts";

const page = readFileSync("docs/inspect-json.md", "utf8");
const section = (from: string, to: string): string =>
  page.slice(page.indexOf(`\n${from}\n`), page.indexOf(`\n${to}\n`));
const firstCells = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));

test("the page names every idiom", () => {
  expect(firstCells(section("### Idioms", "## functions")).toSorted()).toEqual(Object.keys(IDIOMS).toSorted());
});
