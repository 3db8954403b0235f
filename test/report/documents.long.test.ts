import { afterAll, beforeAll, expect, test } from "vitest";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/index.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { defaultTemplate, makeDocuments, type Documents } from "../../src/pipeline/documents.ts";
import { openScratch, type Scratch } from "../../src/scratch/index.ts";

const HOSTILE = ["a|b<script>", "new\nline", "back`tick`s", "x <!-- rlsmith:end matrix -->", "pipe\\|"];

let scratch: Scratch;
let catalog: Catalog;

beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec(`
    create role clerk;
    create table public.crate (id uuid primary key, org_id uuid not null, kind text);
    alter table public.crate enable row level security;
    create policy own on public.crate for select to clerk
      using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
    create policy desk on public.crate for insert to clerk
      with check (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)
        and (select auth.jwt() -> 'app_metadata' ->> 'desk') in ('front', 'back'));
    grant all on public.crate to clerk; grant usage on schema auth to clerk;
    ${HOSTILE.map(
      (name) => `create table public."${name}" (id uuid, "${name}" uuid);
        alter table public."${name}" enable row level security;
        grant select on public."${name}" to clerk;
        create policy "${name}" on public."${name}" for select to clerk using ("${name}" = auth.uid());`,
    ).join("\n")}
  `);
  catalog = await inspect(scratch.db);
});

afterAll(async () => scratch.close());

/** A project with these files. */
function projectOf(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-documents-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

const make = async (dir: string, documents: UserConfig["documents"] = {}, write = true): Promise<Documents> =>
  makeDocuments(
    { catalog },
    parseConfig({ context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } }, documents }),
    { projectDir: dir, write },
  );

const read = (dir: string, path: string): string => readFileSync(join(dir, path), "utf8");

const MATRIX = "<!-- rlsmith:begin matrix -->\n<!-- rlsmith:end matrix -->\n";

test("a row for each command of a role, in words", async () => {
  const dir = projectOf({ "a.md": `# Mine\n\n${MATRIX}\nbehind` });
  await make(dir);
  const rows = read(dir, "a.md")
    .split("\n")
    .filter((line) => line.startsWith("| `crate`"))
    .map((line) => line.replaceAll(/ +/g, " "));
  // for UPDATE and DELETE there is no policy
  expect(rows).toEqual([
    "| `crate` | read | `clerk` | own `org_id` | — | claims |",
    "| `crate` | insert | `clerk` | own `org_id`, claim `desk` is `front` or `back` | — | claims |",
  ]);
  expect(read(dir, "a.md")).toMatch(
    /^# Mine\n\n<!-- rlsmith:begin matrix -->\n[^]*<!-- rlsmith:end matrix -->\n\nbehind$/,
  );
});

test("names of the database end no cell, no line and no part", async () => {
  const dir = projectOf({ "a.md": MATRIX });
  await make(dir);
  const text = read(dir, "a.md");
  expect(text.match(/<!-- rlsmith:end/g)).toHaveLength(1);
  expect(text).not.toMatch(/<script>/);
  // a name with a pipe is shown with references, which a table and a paragraph both understand
  expect(text).toContain("<code>&#34;a&#124;b&#60;script&#62;&#34;</code>");
  expect(text).toContain('`"new\\nline"`');
  expect(text).toContain('`` "back`tick`s" ``');
  const rows = text.split("\n").filter((line) => line.startsWith("|"));
  // as GitHub divides a row: a backslash takes the next character along
  const cells = (row: string): number => [...row.replaceAll(/\\./g, "").matchAll(/\|/g)].length;
  expect(new Set(rows.map(cells)).size).toBe(1);
  expect(rows.filter((row) => row.includes("| read"))).toHaveLength(HOSTILE.length + 1);
  expect((await make(dir, {}, false)).parts.map(({ state }) => state)).toEqual(["up to date"]);
});

test("a part that a file has to hold is added at its end, or in a new file, and once", async () => {
  const dir = projectOf({ "docs/security.md": "# Security\r\n\r\nwords" });
  const files = { "docs/security.md": ["roles" as const], "docs/new.md": ["onboarding" as const] };
  expect((await make(dir, { files }, false)).parts.map(({ path, state }) => [path, state])).toEqual([
    ["docs/new.md", "missing"],
    ["docs/security.md", "missing"],
  ]);
  await make(dir, { files });
  expect(read(dir, "docs/security.md")).toMatch(
    /^# Security\r\n\r\nwords\r\n\r\n<!-- rlsmith:begin roles -->\r\n[^]*\r\n<!-- rlsmith:end roles -->\r\n$/,
  );
  expect(read(dir, "docs/security.md")).not.toMatch(/[^\r]\n/);
  expect(read(dir, "docs/new.md")).toMatch(/^# .+\n\n<!-- rlsmith:begin onboarding -->\n/);
  const before = read(dir, "docs/security.md");
  const again = await make(dir, { files });
  expect([again.written, read(dir, "docs/security.md")]).toEqual([false, before]);
});

test("the recipe of onboarding runs, and shows the rows of the token alone", async () => {
  const dir = projectOf({ "a.md": "<!-- rlsmith:begin onboarding -->\n<!-- rlsmith:end onboarding -->\n" });
  await make(dir);
  const [policy = "", recipe = ""] = [...read(dir, "a.md").matchAll(/```sql\n([^]*?)```/g)].map(([, sql]) => sql);
  const fork = await scratch.fork();
  try {
    // the policies of the page in the place of those that are there, on rows of two organisations
    await fork.db.exec(`drop policy own on public.crate; ${policy}
      insert into public.crate values
        (gen_random_uuid(), '00000000-0000-0000-0000-000000000000', 'a'), (gen_random_uuid(), gen_random_uuid(), 'b')`);
    const [counted] = await fork.db.query<{ count: string }>("select count(*) from public.crate");
    expect(Number(counted?.count)).toBe(2);
    const [before, after] = recipe.split("rollback;");
    await fork.db.exec(before?.replace("select count(*)", "create temp table seen as select count(*)") ?? "");
    const [seen] = await fork.db.query<{ count: string }>("select count from seen");
    expect([Number(seen?.count), after]).toEqual([1, "\n"]);
  } finally {
    await fork.close();
  }
});

test("a template of the project takes the place of the one of rlsmith; a name that it lacks is an error and writes nothing", async () => {
  const template = "{{#groups}}{{#rows}}\n- {{relation}}: {{may}}\n{{/rows}}{{/groups}}";
  const dir = projectOf({ "a.md": MATRIX, "t/good.md": template, "t/bad.md": "{{relations}}" });
  await make(dir, { templates: { matrix: "t/good.md" } });
  expect(read(dir, "a.md")).toContain("\n- `crate`: read\n- `crate`: insert\n- ");
  const before = read(dir, "a.md");
  await expect(make(dir, { templates: { matrix: "t/bad.md" } })).rejects.toThrow(/`t\/bad.md`, line 1: `relations`/);
  await expect(make(dir, { templates: { matrix: "t/none.md" } })).rejects.toMatchObject({ code: "BAD_TEMPLATE" });
  expect(read(dir, "a.md")).toBe(before);
});

test("a fault in one file, and no file is written", async () => {
  const dir = projectOf({ "a.md": MATRIX, "b.md": "<!-- rlsmith:begin roles -->\n" });
  await expect(make(dir)).rejects.toMatchObject({ code: "BAD_MARKERS" });
  expect(read(dir, "a.md")).toBe(MATRIX);
});

test("a file that is not UTF-8 is refused, for it could not be written as it was", async () => {
  const dir = projectOf({});
  writeFileSync(join(dir, "a.md"), Buffer.concat([Buffer.from([0xe4, 0x0a]), Buffer.from(MATRIX)]));
  await expect(make(dir)).rejects.toThrow(/`a.md` is not UTF-8/);
});

test("without a part there is nothing to write, and nothing is in order", async () => {
  await expect(make(projectOf({ "a.md": "# Nothing" }))).rejects.toMatchObject({ code: "NO_DOCUMENT_PART" });
});

test.each(["../a.md", "/tmp/a.md", "./a.md"])("a file outside of the project is refused: %s", async (path) => {
  await expect(make(projectOf({}), { files: { [path]: ["roles"] } })).rejects.toMatchObject({ code: "INVALID_CONFIG" });
});

test("what changed by another plan stays as it is", async () => {
  const text = "<!-- rlsmith:begin changes:0123abcd -->\nin 2024\n<!-- rlsmith:end changes -->\n";
  const dir = projectOf({ "a.md": text });
  expect((await make(dir)).parts.map(({ state }) => state)).toEqual(["closed"]);
  expect(read(dir, "a.md")).toBe(text);
});

test.each(["overview", "matrix", "functions", "roles", "changes", "onboarding"] as const)(
  "the template of %s has a line for who reads it",
  (part) => {
    expect(defaultTemplate(part)).toMatch(/^\{\{! .+ \}\}\n/);
  },
);
