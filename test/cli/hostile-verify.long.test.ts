import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";
import { visibleSql } from "../../src/report/visible-sql.ts";
import { sharedBase, withFork } from "../support/fork.ts";
import { withoutNewRoles } from "../support/roles.ts";
import { HOSTILE_FILES, HOSTILE_SQL } from "../support/hostile-project.ts";
import { expectHarmless, expectJson, expectMarkdown, FORGED } from "../support/hostile.ts";

const dir = project(HOSTILE_FILES);
const attack = async (...flags: string[]): Promise<string> => {
  const { code, stdout, stderr } = await rlsmith(["verify", dir, ...flags]);
  expect([code, stderr]).toEqual([1, expect.not.stringContaining("bug")]);
  expectHarmless(stderr);
  return stdout;
};

/** Parse XML, and print every name, attribute and text of it as JSON. */
const parsedXml = (xml: string): string => {
  const program = `import sys, json, xml.etree.ElementTree as E
print(json.dumps([[e.tag, e.attrib, e.text] for e in E.fromstring(sys.stdin.buffer.read()).iter()]))`;
  return execFileSync("python3", ["-c", program], { input: xml, encoding: "utf8" });
};

test("on a terminal", async () => {
  const shown = await attack();
  expectHarmless(shown);
  expect(shown).toMatch(/^\s*insert into U&"s\\000A/m);
});

test("as Markdown", async () => {
  expectMarkdown(await attack("--format", "markdown"));
});

test("as JUnit XML", async () => {
  const xml = await attack("--format", "junit");
  expectHarmless(xml);
  const elements = JSON.parse(parsedXml(xml)) as [string, Record<string, string>, string | null][];
  const relations = elements.filter(([tag]) => tag === "testsuite").map(([, { name = "" }]) => name);
  expect(relations.filter((name) => name.includes("<script>]]>|`") && !name.includes("\n")).length).toBeGreaterThan(2);
  expect(elements.filter(([tag, , text]) => tag === "failure" && text?.includes(FORGED)).length).toBeGreaterThan(1);
});

describe("as JSON", () => {
  let json: string;
  beforeAll(async () => {
    json = await attack("--format", "json");
  });

  test("valid, with the names as they are", () => {
    expectJson(json);
  });

  test("the statements of a breach, as they are shown, show rows of another tenant", async () => {
    const { breaches } = JSON.parse(json) as { breaches: { statements: string[] }[] };
    expect(breaches.length).toBeGreaterThan(1);
    const base = await sharedBase();
    const work = async (): Promise<void> =>
      withFork(HOSTILE_SQL, async (db) => {
        for (const { statements } of breaches) {
          const shown = visibleSql(statements.join("\n"));
          expectHarmless(shown);
          const rows = (await db.exec(shown)).flat();
          // the keys of A's row and of B's
          expect(JSON.stringify(rows.at(-1))).toMatch(/(?:[0-9a-f-]{36}.*){2}/);
        }
      });
    await withoutNewRoles(base.db, work);
  });

  test("compared with an earlier run", async () => {
    const before = JSON.parse(json) as { breaches: { id: string }[] };
    const file = join(dir, "before.json");
    writeFileSync(file, JSON.stringify({ ...before, breaches: before.breaches.slice(1) }));
    for (const flags of [[], ["--format", "markdown"]]) expectHarmless(await attack("--compare", file, ...flags));
  });
});

test("the mutants", async () => {
  const { code, stdout, stderr } = await rlsmith(["verify", dir, "--mutants"]);
  expect([0, 1]).toContain(code);
  expectHarmless(stdout);
  expectHarmless(stderr);
});

test.each(["pgtap", "vitest"])("the %s tests: no line of the file is one of a name", async (kind) => {
  expectHarmless(await attack("--emit", kind));
  const { stderr } = await rlsmith(["verify", dir, "--emit", kind, "--format", "json"]);
  const [, path = ""] = /wrote (\S+)/.exec(stderr) ?? [];
  expect(readFileSync(path, "utf8")).toContain("held");
});
