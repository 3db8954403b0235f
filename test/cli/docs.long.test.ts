import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { inThisProcess } from "../support/in-process.ts";
import { identify } from "../support/work-tree.ts";

const MIGRATION = `
  create table public.crate (id uuid primary key, org_id uuid not null);
  alter table public.crate enable row level security;
  create policy own on public.crate for select to authenticated
    using (org_id = (select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
  grant select on public.crate to authenticated;
  comment on table public.crate is 'whose crate it is says app.org_id';
  comment on column public.crate.org_id is 'the tenant';
`;
const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "migrations" },
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  documents: {
    files: { "docs/access.md": ["matrix", "onboarding"] },
    history: { "docs/adr/*": "records of what was decided" },
    retired: ["pattern C"],
  },
});
`;

let dir: string;

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
};

const docs = async (...flags: string[]) => inThisProcess(["docs", dir, ...flags]);

const status = async (): Promise<{ state: { kind: string }; evidence: { note: string | null } | null } | undefined> => {
  const { stdout } = await inThisProcess(["status", dir, "--format", "json"]);
  const { steps } = JSON.parse(stdout) as {
    steps: { id: string; state: { kind: string }; evidence: { note: string | null } | null }[];
  };
  return steps.find(({ id }) => id === "documents");
};

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "rlsmith-docs-"));
  execFileSync("git", ["init", "-q", dir]);
  identify(dir, "Ada", "ada@example.org");
  write("rlsmith.config.ts", CONFIG);
  write("migrations/001_crate.sql", MIGRATION);
  write("docs/adr/1.md", "We set app.org_id.\n");
  write("docs/old.md", "# Old\n\nSet `app.org_id` before\nyou query.\n\nOr follow pattern C.\n");
  write("src/a.ts", '// reads app.org_id\nexport const text = "app.org_id is no comment";\n');
});

test("every place that names what is retired is listed, of each kind, and the history is not", async () => {
  const { code, stdout } = await docs("--check", "--stale", "--format", "json");
  const { parts, stale } = JSON.parse(stdout) as {
    parts: { state: string }[];
    stale: { mentions: { kind: string; at: string; line: number | null; words: number; names: string[] }[] };
  };
  expect([code, parts.map(({ state }) => state)]).toEqual([1, ["missing", "missing"]]);
  expect(stale.mentions).toMatchObject([
    { kind: "document", at: "docs/old.md", line: 3, words: 5, names: ["app.org_id"] },
    { kind: "document", at: "docs/old.md", line: 6, words: 4, names: ["pattern C"] },
    { kind: "code", at: "src/a.ts", line: 1, words: 2, names: ["app.org_id"] },
    { kind: "database", at: "table public.crate", line: null, words: 6, names: ["app.org_id"] },
  ]);
  expect((await status())?.state.kind).toBe("failed");
}, 120_000);

test("one of both checks is no evidence; both together settle the step when nothing is left", async () => {
  const evidence = (): string => readFileSync(join(dir, ".rlsmith/evidence.jsonl"), "utf8");
  const before = evidence();
  expect((await docs()).code).toBe(0);
  expect((await docs("--check")).code).toBe(0);
  expect((await docs("--stale")).code).toBe(1);
  expect(evidence()).toBe(before);
  write("docs/old.md", "# Old\n\nQuery.\n");
  write("src/a.ts", 'export const text = "app.org_id is no comment";\n');
  write("migrations/002_comment.sql", "comment on table public.crate is null;\n");
  const done = await docs("--check", "--stale");
  expect([done.code, done.stdout]).toEqual([0, expect.stringMatching(/no place names what is retired/)]);
  expect(await status()).toMatchObject({ state: { kind: "done" }, evidence: { note: null } });
}, 120_000);

test("a change of the database makes a part out of date, and --check says so until it is written", async () => {
  appendFileSync(join(dir, "migrations/002_comment.sql"), "grant insert on public.crate to authenticated;\n");
  // a privilege without a policy opens nothing
  expect((await docs("--check")).code).toBe(0);
  appendFileSync(
    join(dir, "migrations/002_comment.sql"),
    "create policy any_new on public.crate for insert to authenticated with check (true);\n",
  );
  expect((await docs("--check")).code).toBe(1);
  const { code, stderr } = await docs("--stale", "--write");
  expect([code, stderr]).toEqual([0, expect.stringContaining("wrote")]);
  expect((await docs("--check")).code).toBe(0);
  expect(readFileSync(join(dir, "docs/access.md"), "utf8")).toMatch(/\| insert +\| `authenticated` +\| every row/);
}, 120_000);

test("--stale needs no part, and --check does", async () => {
  rmSync(join(dir, "docs/access.md"));
  write("rlsmith.config.ts", CONFIG.replace(/files: .*\n/, ""));
  const stale = await docs("--stale");
  expect([stale.code, stale.stdout]).toEqual([0, expect.stringMatching(/^none {2}no place names what is retired/)]);
  expect((await docs("--check", "--stale")).stderr).toContain("NO_DOCUMENT_PART");
}, 120_000);

test("--check and --write contradict each other", async () => {
  expect((await docs("--check", "--write")).code).toBe(2);
});

test("--template prints a template, and reads no project", async () => {
  const { code, stdout } = await inThisProcess(["docs", "/nowhere", "--template", "roles"]);
  expect([code, stdout]).toEqual([0, readFileSync("src/documents/templates/roles.md", "utf8")]);
});
