import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { JITI, MAIN, runProgram, type CliResult } from "../../support/cli.ts";
import { git, projectOf } from "../tests/project.ts";

// A file without the permission to write. Root may write it all the same, so the command runs as another user, who may
// neither write the file nor its copy.

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const SETPRIV = "/usr/bin/setpriv";
const cannot =
  isRoot && !existsSync(SETPRIV) ? "it runs as root, and there is no setpriv to run as somebody else" : null;
if (cannot !== null) console.warn(`skipped: ${cannot}`);

const FILES = {
  "migrations/001_notes.sql": `
create table note (id uuid primary key default gen_random_uuid(), org_id uuid not null);
alter table note enable row level security;
create role app_user nologin;
grant select on note to app_user;
create policy note_read on note for select to app_user
  using (org_id = (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id')::uuid);
`,
  "rlsmith.config.ts": `export default {
  migrations: { folder: "migrations", layout: "plain" },
  claims: "request.jwt.claims",
  context: { "app.org_id": { claim: "org_id", type: "uuid" } },
};
`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: {
      module: "nodenext",
      target: "es2022",
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ["node"],
    },
    include: ["src"],
  }),
  "package.json": JSON.stringify({ name: "notes", type: "module" }),
  "src/notes.ts": `import pg from "pg";

const pool = new pg.Pool();

export async function notes(org: string): Promise<unknown[]> {
  await pool.query("select set_config('app.org_id', $1, true)", [org]);
  return (await pool.query("select id from note")).rows;
}
`,
};

const dir = projectOf(FILES);
const home = resolve(dir, "../home");
const path = join(dir, "src/notes.ts");
mkdirSync(home);
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

const cleanup = async (...args: string[]): Promise<CliResult> => {
  const command = [process.execPath, JITI, MAIN, "cleanup", "--code", ...args];
  const as = isRoot ? [SETPRIV, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", ...command] : command;
  const [program = "", ...rest] = as;
  return runProgram(program, rest, {
    cwd: dir,
    env: { PATH: process.env["PATH"], HOME: home, NO_COLOR: "1" },
  });
};

test.skipIf(cannot !== null)("a read-only file is named, and nothing is written", async () => {
  chmodSync(path, 0o444);
  if (isRoot) execFileSync("chown", ["-R", `${NOBODY}:${NOBODY}`, resolve(dir, "..")]);
  const before = readFileSync(path, "utf8");

  // the copy that the compiler judges has the edit, so the file's copy is replaced, not written
  const refused = await cleanup("--write");
  expect(refused.code, refused.stderr).toBe(4);
  expect(refused.stderr).toContain("a file is read-only; nothing was written");
  expect(refused.stderr).toContain("  src/notes.ts");
  expect(refused.stderr).not.toMatch(/EACCES|EPERM|\n\s+at /);
  expect(readFileSync(path, "utf8")).toBe(before);
  expect(git(dir, "-c", "safe.directory=*", "status", "--porcelain")).toBe("");

  chmodSync(path, 0o644);
  const written = await cleanup("--write");
  expect(written, written.stderr).toMatchObject({ code: 0 });
  // the statement, and the parameter that only the statement used
  expect(written.stdout + written.stderr).toContain("1 file written: 2 lines removed, 1 added");
  expect(readFileSync(path, "utf8")).not.toContain("app.org_id");
});
