import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanUpGuards, type GuardsCleanup } from "../../../src/pipeline/cleanup-guards.ts";
import { inspectCatalog } from "../../../src/pipeline/inspection.ts";
import { configOf } from "../../../src/pipeline/ready.ts";
import { retiredNames } from "../../../src/pipeline/retired-names.ts";
import { openSource, type Source } from "../../../src/pipeline/source.ts";
import { silent } from "../../../src/progress.ts";
import { renderCleanupGuards } from "../../../src/report/cleanup-guards.ts";
import { codePatch } from "../../../src/report/code-patch.ts";
import { rlsmith } from "../../support/cli.ts";
import picocolors from "picocolors";

const MIGRATION = `create role app nologin;
create schema auth;
create function auth.jwt() returns jsonb language sql stable as $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create table note (id int primary key, tenant_id uuid not null);
alter table note enable row level security;
grant select on note to app;
grant usage on schema auth to app;
create policy note_read on note for select to app using (
  tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)
);
create function set_tenant_context(p_tenant uuid) returns void language plpgsql as $$
begin
  perform set_config('app.tenant_id', p_tenant::text, true);
end $$;
`;
const CONFIG = `export default {
  migrations: { folder: "migrations" },
  claims: "auth.jwt()",
  context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
  requests: { claims: "sent", reason: "a test" },
};
`;
const FILES: Readonly<Record<string, string>> = {
  "migrations/001_notes.sql": MIGRATION,
  "rlsmith.config.ts": CONFIG,
  "lib/context.ts": `export async function setTenantContext(client: any, tenant: string) {\n  await client.rpc("set_tenant_context", { p_tenant: tenant });\n}\n`,
  "app/list.ts": `import { setTenantContext } from "../lib/context";\nexport async function list(client: any, tenant: string) {\n  await setTenantContext(client, tenant);\n  return client.from("note");\n}\n`,
  ".husky/pre-commit":
    "#!/bin/sh\n# migrations\nif git diff --cached | grep -qiE 'drop +function.*set_tenant_context'; then exit 1; fi\n",
  ".husky/pre-push": "#!/bin/sh\ngrep -q setTenantContext app/list.ts || exit 1\nnpm test\n",
  "AGENTS.md": "# Agents\n\n- Call `setTenantContext` first.\n- Run the tests.\n",
};

const folders: string[] = [];
let source: Source;
const made = mkdtempSync(join(tmpdir(), "rlsmith-guards-"));
folders.push(made);

const git = (dir: string, ...args: string[]): string =>
  execFileSync("git", ["-C", dir, "-c", "user.name=dev", "-c", "user.email=dev@example.com", ...args], {
    encoding: "utf8",
  });

function write(dir: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
    if (path.includes(".husky/")) chmodSync(join(dir, path), 0o755);
  }
}

function project(files: Readonly<Record<string, string>> = FILES, { commit = true } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-guards-"));
  folders.push(dir);
  write(dir, files);
  if (!commit) return dir;
  git(dir, "init", "-q");
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "before");
  return dir;
}

async function run(
  projectDir: string,
  options: { write?: boolean; allowDirty?: boolean } = {},
): Promise<GuardsCleanup> {
  const config = configOf(source);
  const { facts } = inspectCatalog(source.catalog, config);
  const retired = retiredNames(source.catalog, facts, config);
  return cleanUpGuards(source, retired, { projectDir, write: false, allowDirty: false, progress: silent, ...options });
}

beforeAll(async () => {
  write(made, FILES);
  source = await openSource({ projectDir: made, scratch: { kind: "embedded" }, strict: true, progress: silent });
});
afterAll(async () => {
  await source.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

test("a patch that git apply takes, and nothing is touched or run", async () => {
  const dir = project();
  const result = await run(dir);
  expect(git(dir, "status", "--porcelain")).toBe("");
  expect(result.names.code).toEqual(new Set(["setTenantContext"]));
  expect(result.left).toEqual([]);
  const patch = `${dir}.patch`;
  writeFileSync(patch, codePatch(result));
  folders.push(patch);
  // the mode of a hook that is deleted has to be right: git says nothing
  expect(
    execFileSync("git", ["-C", dir, "apply", patch], { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] }),
  ).toBe("");
  expect(existsSync(join(dir, ".husky/pre-commit"))).toBe(false);
  expect(readFileSync(join(dir, ".husky/pre-push"), "utf8")).toBe("#!/bin/sh\nnpm test\n");
  expect(readFileSync(join(dir, "AGENTS.md"), "utf8")).toBe("# Agents\n\n- Run the tests.\n");
});

test("--write edits in place, keeps the mode, commits nothing, and a second run changes nothing", async () => {
  const dir = project();
  expect((await run(dir, { write: true })).written).toBe(true);
  expect(lstatSync(join(dir, ".husky/pre-push")).mode & 0o111).toBe(0o111);
  expect(git(dir, "log", "--oneline").trim().split("\n")).toHaveLength(1);
  const again = await run(dir, { write: true, allowDirty: true });
  expect([again.files, again.written, again.left]).toEqual([[], false, []]);
});

test("the hook that refuses the drop of the setter is named first", async () => {
  const result = await run(project());
  expect(result.blocking).toMatchObject([{ path: ".husky/pre-commit", line: 3, migrationLine: 1 }]);
  const report = renderCleanupGuards(result, null, picocolors.createColors(false)).split("\n");
  expect(report.slice(0, 4).join("\n")).toContain("refuses the planned migration (1)\n  .husky/pre-commit:3");
});

test("what is no good input is refused", async () => {
  const dirty = project();
  write(dirty, { "a.txt": "a\n" });
  await expect(run(dirty, { write: true })).rejects.toMatchObject({ code: "DIRTY_TREE" });
  const bare = project(FILES, { commit: false });
  await expect(run(bare, { write: true })).rejects.toMatchObject({ code: "NOT_UNDER_GIT" });
  expect((await run(bare)).files).toHaveLength(3);
  const readOnly = project();
  chmodSync(join(readOnly, "AGENTS.md"), 0o444);
  await expect(run(readOnly, { write: true })).rejects.toMatchObject({ code: "CANNOT_WRITE" });
  expect(git(readOnly, "status", "--porcelain")).toBe("");
});

describe("names that a clean-up has taken out already", () => {
  const CLEAN = { "app/list.ts": `export async function list(client: any) {\n  return client.from("note");\n}\n` };
  test("are found in what is not committed", async () => {
    const dir = project();
    rmSync(join(dir, "lib"), { recursive: true });
    write(dir, CLEAN);
    expect((await run(dir)).names.code).toEqual(new Set(["setTenantContext"]));
  });

  test("and in the history", async () => {
    const dir = project();
    rmSync(join(dir, "lib"), { recursive: true });
    write(dir, CLEAN);
    git(dir, "add", "-A");
    git(dir, "commit", "-qm", "no context");
    const result = await run(dir);
    expect(result.names.code).toEqual(new Set(["setTenantContext"]));
    expect(result.files.map(({ path }) => path)).toContain(".husky/pre-push");
  });

  test("a name that something else has now is no longer one of them", async () => {
    const dir = project();
    write(dir, {
      "lib/context.ts": "export function setTenantContext(title: string) {\n  document.title = title;\n}\n",
    });
    git(dir, "commit", "-qam", "another function");
    expect((await run(dir)).names.code).toEqual(new Set());
  });
});

test("guards of the repository outside of the project are listed", async () => {
  const dir = project({
    ...Object.fromEntries(
      Object.entries(FILES)
        .filter(([path]) => !path.startsWith(".husky"))
        .map(([path, text]) => [`api/${path}`, text]),
    ),
    ".husky/pre-push": FILES[".husky/pre-push"] ?? "",
  });
  expect((await run(join(dir, "api"))).left).toMatchObject([
    { path: "../.husky/pre-push", line: 2, reason: "outside" },
  ]);
});

test("SQL that is no migration is for a person; migrations and ways back are not", async () => {
  const names = "select set_config('app.tenant_id', 'a', true);\n";
  const dir = project({
    ...FILES,
    "snippets/own.sql": `-- by hand\n${names}`,
    "rollbacks/001_notes.down.sql": names,
    "migrations/002_more.sql": names,
  });
  expect((await run(dir)).left.map(({ path, line, reason }) => [path, line, reason])).toEqual([
    ["snippets/own.sql", 2, "other-kind"],
  ]);
});

test("a link is not replaced by a file", async () => {
  const dir = project();
  symlinkSync("AGENTS.md", join(dir, "CLAUDE.md"));
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "link");
  await run(dir, { write: true });
  expect(lstatSync(join(dir, "CLAUDE.md")).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(dir, "CLAUDE.md"), "utf8")).toBe("# Agents\n\n- Run the tests.\n");
});

describe("the command", () => {
  test("exits with 0 where nothing is left, and with 3 while something is", async () => {
    const dir = project();
    const patch = await rlsmith(["cleanup", "--guards"], { cwd: dir });
    expect([patch.code, patch.stdout.startsWith("diff --git")]).toEqual([0, true]);
    write(dir, { "scripts/seed.sh": "psql -c \"select set_tenant_context('x')\"\n" });
    expect((await rlsmith(["cleanup", "--guards", "--format", "json"], { cwd: dir })).code).toBe(3);
    expect((await rlsmith(["cleanup", "--guards", "--code"], { cwd: dir })).code).toBe(2);
  });

  test("knows the setter after cleanup --sql has dropped it, and compares with the written migrations", async () => {
    const dir = project();
    for (const args of [["plan"], ["cleanup", "--sql"]])
      expect((await rlsmith([...args, "--no-rehearse"], { cwd: dir })).code).toBe(0);
    const run2 = await rlsmith(["cleanup", "--guards", "--format", "json"], { cwd: dir });
    const json = JSON.parse(run2.stdout) as {
      retired: { functions: string[] };
      migrations: string[];
      blocking: { path: string; migration: string }[];
    };
    expect(json.retired.functions).toEqual(["set_tenant_context"]);
    expect(json.migrations).toHaveLength(2);
    expect(json.blocking).toMatchObject([{ path: ".husky/pre-commit", migration: json.migrations[1] }]);
  });
});
