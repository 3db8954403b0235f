import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { nextPart, type CleanupPart } from "../../src/pipeline/cleanup-left.ts";
import { openSource } from "../../src/pipeline/source.ts";
import { silent } from "../../src/progress.ts";

// Which part of the clean-up is next is what is really there: the folder, the code, the hooks and the tests of a small
// project, each with and without something to do.

const TABLE = `create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null);
alter table public.note enable row level security;
create policy read on public.note for select to authenticated
  using (org_id = (select ((select auth.jwt()) -> 'app_metadata' ->> 'org_id')::uuid));
`;
const SETTER = `create function public.set_org(p uuid) returns void language plpgsql as
$$ begin perform set_config('app.org_id', p::text, true); end $$;
`;
const CONFIG = (cleanup: string): string => `import { defineConfig } from "rlsmith";

export default defineConfig({
  migrations: { folder: "supabase/migrations", layout: "supabase" },
  claims: "auth.jwt()",
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  cleanup: ${cleanup},
});
`;

const BARE = {
  "supabase/migrations/20260101000000_base.sql": TABLE,
  "rlsmith.config.ts": CONFIG("{}"),
  "package.json": `{ "name": "notes", "private": true }\n`,
  "src/notes.ts": "export const notes = 1;\n",
};
const SQL = { "supabase/migrations/20260102000000_setter.sql": SETTER };
// a setter that is gone is known by its definition
const GONE = {
  ...SQL,
  "supabase/migrations/20260103000000_drop.sql": "drop function public.set_org(uuid);\n",
};
const CODE = {
  "src/notes.ts": `declare const supabase: any;
export async function notes(org: string) {
  await supabase.rpc("set_org", { p: org });
  return supabase.from("note").select();
}
`,
};
const NAMED = { "src/notes.ts": `export const OLD = "app.org_id";\n` };
const HOOK = { ".husky/pre-push": "#!/bin/sh\ngrep -q set_org src/notes.ts || exit 1\n" };
const CASE = {
  "test/notes.test.ts": `import { expect, test } from "vitest";
declare const client: { query(text: string): Promise<{ rows: object[] }> };

test("notes", async () => {
  await client.query("select set_config('app.org_id', 'a', true)");
  expect((await client.query("select * from note")).rows).toEqual([]);
});
`,
};
const KEPT = {
  "rlsmith.config.ts": CONFIG(
    `{ code: { "src/notes.ts": { decision: "keep", reason: "it prints what old backups hold" } } }`,
  ),
};

const dirs: string[] = [];
afterAll(() => dirs.forEach((dir) => rmSync(dir, { recursive: true, force: true })));

async function next(after: CleanupPart, ...parts: Readonly<Record<string, string>>[]): Promise<CleanupPart | null> {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-next-"));
  dirs.push(dir);
  for (const [path, text] of Object.entries(Object.assign({}, BARE, ...parts) as Record<string, string>)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  execFileSync("git", ["-C", dir, "init", "-q"]);
  execFileSync("git", ["-C", dir, "add", "-A"]);
  const source = await openSource({ projectDir: dir, scratch: { kind: "embedded" }, strict: false, progress: silent });
  try {
    return await nextPart(after, source, dir);
  } finally {
    await source.close();
  }
}

test.each<[string, CleanupPart, readonly Readonly<Record<string, string>>[], CleanupPart | null]>([
  ["the code goes on with SQL", "code", [SQL, CODE, HOOK], "sql"],
  ["SQL that is done is left out", "code", [GONE, HOOK, CASE], "guards"],
  ["guards that are done are left out", "code", [GONE, CASE], "tests"],
  ["after the tests it begins anew, if the code was left out", "tests", [GONE, CODE], "code"],
  ["nothing is left", "tests", [GONE], null],
  ["nothing was there", "sql", [], null],
  ["a place for a person comes after what a part can do", "sql", [GONE, NAMED, HOOK], "guards"],
  ["a place for a person is something", "guards", [GONE, NAMED], "code"],
  ["what the config keeps is nothing", "guards", [GONE, NAMED, KEPT], null],
])("%s", async (_what, after, parts, wanted) => {
  expect(await next(after, ...parts)).toBe(wanted);
});
