import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UnsetVariables } from "../../src/errors.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { missingIn, readScript } from "../../src/scratch/psql/index.ts";
import type { ReplayReport } from "../../src/scratch/replay-report.ts";
import { replay } from "../../src/scratch/replay.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { splitStatements } from "../../src/scratch/split.ts";
import { project } from "../support/cli.ts";
import { forkForTest } from "../support/fork.ts";

// psql-same.long.test.ts compares the replacement of variables with psql itself.

const statements = (sql: string, variables: Record<string, string> = {}): [number, string][] =>
  splitStatements(sql, new Map(Object.entries(variables))).parts.flatMap((part) =>
    part.kind === "statement" ? [[part.line, part.text] as [number, string]] : [],
  );

describe("commands that are carried out", () => {
  test.each<[name: string, sql: string, expected: [number, string][]]>([
    ["\\set", "\\set a one\nselect :'a', :a;", [[2, "select 'one', one"]]],
    ["words are put together", "\\set a one ' two''s' three\nselect :'a';", [[2, "select 'one two''sthree'"]]],
    ["a value of another variable", "\\set a 1\n\\set b :a 2\nselect :b;", [[3, "select 12"]]],
    ["without a value", "\\set a\nselect :'a';", [[2, "select ''"]]],
    ["\\unset", "\\set a 1\n\\unset a\nselect a[:a];", [[3, "select a[:a]"]]],
    [
      "\\if",
      "\\set on 1\n\\if :on\nselect 1;\n\\else\nselect 2;\n\\endif\nselect 3;",
      [
        [3, "select 1"],
        [7, "select 3"],
      ],
    ],
    ["\\else", "\\if no\nselect 1;\n\\else\nselect 2;\n\\endif", [[4, "select 2"]]],
    [
      "\\elif",
      "\\if 0\nselect 1;\n\\elif yes\nselect 2;\n\\elif yes\nselect 3;\n\\else\nselect 4;\n\\endif",
      [[4, "select 2"]],
    ],
    ["a default", "\\if :{?a}\n\\else\n\\set a 7\n\\endif\nselect :a;", [[5, "select 7"]]],
    [
      "one inside another",
      "\\if off\n\\if on\nselect 1;\n\\else\nselect 2;\n\\endif\n\\else\nselect 3;\n\\endif",
      [[8, "select 3"]],
    ],
    ["\\q", "select 1;\n\\q\nselect 2;", [[1, "select 1"]]],
    [
      "\\gset sends the query",
      "select 1 as a \\gset\nselect 2;",
      [
        [1, "select 1 as a"],
        [2, "select 2"],
      ],
    ],
    [
      "SQL after the arguments",
      "\\set a 1 \\\\ select :a;\nselect 2;",
      [
        [1, "select 1"],
        [2, "select 2"],
      ],
    ],
    ["a colon with a backslash", "\\set a 1\nselect x[1\\:a];", [[2, "select x[1:a]"]]],
    ["a line in a text that looks like one", "select '\n\\set a 1\n';", [[1, "select '\n\\set a 1\n'"]]],
    [
      "lines after a value of several",
      "\\set a '1,\\n2'\nselect :a\n;\nselect 3;",
      [
        [2, "select 1,\n2"],
        [4, "select 3"],
      ],
    ],
  ])("%s", (_, sql, expected) => {
    expect(statements(sql)).toEqual(expected);
  });

  test("a value from outside is replaced by the file's own \\set", () => {
    expect(statements("select :a;\n\\set a 2\nselect :a;", { a: "1" })).toEqual([
      [1, "select 1"],
      [3, "select 2"],
    ]);
  });

  test("a branch whose condition is not known is left out, and reported", () => {
    const { text, commands } = readScript("\\if `test -f x`\nselect 1;\n\\endif\n", new Map());
    expect([text.trim(), commands]).toEqual([
      "",
      [{ kind: "psql", command: "if", argument: "`test -f x`", words: [""], line: 1 }],
    ]);
  });
});

describe("a variable without a value", () => {
  test.each<[string, [string, number][]]>([
    ["select :a", [["a", 1]]],
    [
      'grant x\n to :owner\n, :"other"',
      [
        ["owner", 2],
        ["other", 3],
      ],
    ],
    ["select :'a'", [["a", 1]]],
    ["select a[1:n], a[:n], a[n:], a::text, '{\"a\":b}', $$:a$$ -- :a", []],
    ["select json_object('a':b)", []],
  ])("%s", (sql, expected) => {
    expect(missingIn(sql, 1)).toEqual(expected.map(([name, line]) => ({ name, line })));
  });
});

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
});
afterAll(async () => base.close());

async function replayed(
  files: Record<string, string>,
  variables: Record<string, string> = {},
): Promise<{ scratch: Scratch; report: ReplayReport }> {
  const folder = await readMigrations(project(files), undefined, variables);
  const scratch = await forkForTest(base);
  return { scratch, report: await replay(scratch, folder, { refuseUnset: folder.runsInPsql }) };
}

const POLICY =
  "create table :schema.doc (id int, org_id uuid);\ncreate policy read on :schema.doc to :\"role\" using (org_id = current_setting(:'setting')::uuid);\n";

test("policies are made of variables, through a tree of files", async () => {
  const { scratch, report } = await replayed(
    {
      "migrations/1.sql": "\\set schema app\ncreate schema :schema;\n\\ir parts/all.sql\n",
      "migrations/parts/all.sql": "\\set setting 'app.org_id'\n\\ir doc.sql\n\\i migrations/parts/more.sql\n",
      "migrations/parts/doc.sql": POLICY,
      "migrations/parts/more.sql": "alter table :schema.doc enable row level security;\n",
    },
    { role: "authenticated" },
  );
  expect(report).toMatchObject({ failures: [], notices: [] });
  const { policies } = await inspect(scratch.db);
  expect(policies).toMatchObject([
    {
      schema: "app",
      relation: "doc",
      roles: ["authenticated"],
      using: "(org_id = (current_setting('app.org_id'::text))::uuid)",
    },
  ]);
});

test("a variable of one file has no value in the next: psql is started again", async () => {
  const refused = replayed({
    "migrations/1.sql": "\\set a 1\nselect :a;",
    "migrations/2.sql": "select 1;\nselect :a;",
  });
  await expect(refused).rejects.toMatchObject({
    kind: "config",
    code: "UNSET_VARIABLES",
    names: ["a"],
    list: ["  migrations/2.sql:2 :a"],
    hint: expect.stringContaining('variables: { a: "…" }'),
  });
});

test("a tool that does not run psql reports the statement as failed", async () => {
  const { report } = await replayed({ "supabase/migrations/1_a.sql": "select 1;\nselect :a;" });
  expect(report.failures).toMatchObject([{ file: "supabase/migrations/1_a.sql", line: 2, sqlstate: "42601" }]);
});

test("\\gexec and a condition that is not known are failures, \\connect is a warning", async () => {
  const { report } = await replayed({
    "migrations/1.sql":
      "select 'create table made (id int)' \\gexec\n\\if `true`\nselect 1;\n\\endif\n\\connect - owner\nselect 2;\n",
  });
  expect(report.failures).toMatchObject([
    { line: 1, sqlstate: "0A000", unreliable: "everything that its rows would have created" },
    { line: 2, sqlstate: "0A000" },
  ]);
  expect(report.notices).toMatchObject([{ code: "psql-command", severity: "warning", at: { line: 5 } }]);
});

test("the variables that psql sets itself", async () => {
  const { scratch, report } = await replayed({
    "migrations/1.sql":
      "create table t as select :'DBNAME' = current_database() as db, :'USER' = session_user as login;",
  });
  expect(report.failures).toEqual([]);
  expect(await scratch.db.query("select * from t")).toEqual([{ db: true, login: true }]);
});

test("the values come from the config", async () => {
  const projectDir = project({
    "migrations/1.sql": `create schema app; \\set setting 'app.org_id'\n${POLICY}`,
    "rlsmith.config.ts":
      'export default { migrations: { folder: "migrations", variables: { schema: "app", role: "app_user" } } };',
  });
  const options = { projectDir, scratch: { kind: "embedded" as const }, strict: true, progress: silent };
  const source = await openSource(options);
  expect(source.catalog.policies).toMatchObject([{ schema: "app", roles: ["app_user"] }]);
  await source.close();
  await expect(openSource({ ...options, config: null })).rejects.toBeInstanceOf(UnsetVariables);
});
