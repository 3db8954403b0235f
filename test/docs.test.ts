import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { cleanupPages } from "../scripts/cleanup-pages.ts";
import { codemodPages } from "../scripts/codemod-pages.ts";
import { errorPages, findingPages } from "../scripts/code-pages.ts";
import { jsonSchemas } from "../scripts/json-schemas.ts";
import { rulePages } from "../scripts/rule-pages.ts";
import { EXPRESSION_RULES } from "../src/rewrite/expression.ts";
import { readCases } from "./cases/prove/case-file.ts";
import { MUTANTS } from "./prove/mutants.ts";

test.each([
  ["rules", rulePages()],
  ["cleanup-shapes", cleanupPages()],
  ["codemods", codemodPages()],
  ["findings", findingPages()],
  ["errors", errorPages()],
  ["schemas", jsonSchemas()],
])("docs/%s is what `npm run docs` makes", (folder, pages) => {
  expect(readdirSync(`docs/${folder}`).toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(`docs/${folder}/${file}`, "utf8"), file).toBe(text);
});

describe("a figure is the same wherever it is stated", () => {
  const read = (file: string): string => readFileSync(file, "utf8");
  const figures = (text: string | undefined): string[] =>
    [...(text ?? "").matchAll(/[\d,.]+ ms/g)].map(([figure]) => figure);

  test("README quotes the measurement of the rule `initplan`", () => {
    const quoted = figures(
      read("README.md")
        .split("\n\n")
        .find((paragraph) => paragraph.includes("500,000 rows")),
    );
    const source = figures(EXPRESSION_RULES.find(({ id }) => id === "initplan")?.why);
    expect(quoted.length).toBeGreaterThan(1);
    expect(quoted.filter((figure) => !source.includes(figure))).toEqual([]);
  });

  test("docs/production.md quotes the lock of the run that docs/apply.md shows", () => {
    const held = /relations locked for (\d+ ms)/.exec(read("docs/apply.md"))?.[1];
    expect(
      figures(
        read("docs/production.md")
          .split("\n\n")
          .find((paragraph) => paragraph.startsWith("The casino, 30 relations")),
      )[0],
    ).toBe(held);
  });

  test("docs/proof.md counts the cases and mutants that there are", () => {
    const page = read("docs/proof.md");
    const verdicts = readdirSync("test/cases/prove").filter((file) => file.endsWith(".json"));
    const projects = readdirSync("test/cases/plan").map((id) => read(`test/cases/plan/${id}/case.json`));
    const unproven = projects.map((text) => (JSON.parse(text) as { unproven?: string[] }).unproven ?? []);
    const undecided = unproven.filter((left) => left.some((one) => one.endsWith(" unknown")));
    const crossing = unproven.filter((left) => left.some((one) => !one.endsWith(" unknown")));
    expect(page).toContain(`| ${verdicts.flatMap((file) => readCases(`test/cases/prove/${file}`)).length} verdicts |`);
    expect(page).toContain(`| ${MUTANTS.length} of ${MUTANTS.length} |`);
    expect(page).toContain(`The ${projects.length} small projects`);
    expect([undecided.length, crossing.length]).toEqual([1, 1]);
    expect(page).toContain("undecided in one of them");
  });
});

test("every link from one document to another leads to a file", () => {
  const documents = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "examples/casino/README.md"].concat(
    readdirSync("docs", { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join("docs", file)),
  );
  const dead = documents.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\]\((?!https?:)([^)#]+)/g)]
      .map(([, link]) => join(dirname(file), link ?? ""))
      .filter((target) => !existsSync(target))
      .map((target) => `${file}: ${target}`),
  );
  expect(dead).toEqual([]);
});

test("docs/library.md shows the programs of examples/library as they are", () => {
  const blocks = [...readFileSync("docs/library.md", "utf8").matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
  const programs = readdirSync("examples/library").filter((file) => file.endsWith(".ts"));
  expect(blocks.toSorted()).toEqual(
    programs.map((file) => readFileSync(`examples/library/${file}`, "utf8")).toSorted(),
  );
});
