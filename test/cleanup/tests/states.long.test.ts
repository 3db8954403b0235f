import { rmSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterEach, expect, test } from "vitest";
import { JITI, MAIN, runProgram } from "../../support/cli.ts";
import { cleanupTestsJson, git, projectOf } from "./project.ts";
import { FILES } from "./small-project.ts";

// Which states the suite runs on. The small project has two cases that need the variable.

const dirs: string[] = [];
afterEach(() => {
  for (const dir of dirs.splice(0)) rmSync(resolve(dir, ".."), { recursive: true, force: true });
});
const made = (files: Readonly<Record<string, string>>): string => {
  const dir = projectOf(files);
  dirs.push(dir);
  return dir;
};

/** Run rlsmith in a project, and commit what it writes. */
async function commitOf(dir: string, ...args: string[]): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const { code, stderr } = await runProgram(process.execPath, [JITI, MAIN, ...args], { cwd: dir, env });
  expect(code, stderr).toBe(0);
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", args.join(" "));
}

test("the migration is in the folder already: the old state is the folder without it", async () => {
  const dir = made(FILES);
  await commitOf(dir, "plan");

  const { json } = await cleanupTestsJson(dir, "--mutants", "0");
  expect(json.suite).toMatchObject({
    kind: "run",
    before: { passed: 4, failed: 0 },
    after: { passed: 2, failed: 2 },
    mutants: [],
  });
  // no policy was weakened: no case is known to test a relation
  expect(json.kept.map(({ because }) => because)).toEqual(["only-test", "only-test", "only-test"]);

  // without the plan nothing says which file it is
  rmSync(resolve(dir, ".rlsmith"), { recursive: true });
  const unknown = await cleanupTestsJson(dir, "--mutants", "0");
  expect(unknown.json.suite).toMatchObject({ kind: "run", before: null, after: { passed: 2, failed: 2 } });
  expect(unknown.json.kept.map(({ because }) => because)).toEqual([
    "old-state-unknown",
    "old-state-unknown",
    "only-test",
  ]);
});

test("the clean-up of SQL is in the folder too: the old state has the function that it drops", async () => {
  const dir = made(FILES);
  await commitOf(dir, "plan");
  await commitOf(dir, "cleanup", "--sql", "--no-rehearse");
  expect(git(dir, "grep", "-il", "drop function", "--", "migrations")).toContain("cleanup");

  const { json } = await cleanupTestsJson(dir, "--mutants", "0");
  expect(json.suite).toMatchObject({
    kind: "run",
    before: { passed: 4, failed: 0 },
    // every case by variable calls the function
    after: { passed: 1, failed: 3 },
  });
});

test("a file of the project that needs the migrated state: the old one is not at hand", async () => {
  const dir = made(FILES);
  await commitOf(dir, "plan");
  const later = `do $$ begin
  if exists (select from pg_policies where qual like '%app.tenant_id%') then raise 'not moved yet'; end if;
end $$;
`;
  writeFileSync(resolve(dir, "migrations/9999_later.sql"), later);
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "later");

  const { json } = await cleanupTestsJson(dir, "--mutants", "0");
  expect(json.suite).toMatchObject({ kind: "run", before: null, after: { passed: 2, failed: 2 } });
});

test("a suite that takes too long is ended, with what it has started", async () => {
  const config = FILES["rlsmith.config.ts"].replace(
    /command: "[^"]*"/,
    'command: "sleep 600; true", timeoutSeconds: 1',
  );
  const { code, json } = await cleanupTestsJson(made({ ...FILES, "rlsmith.config.ts": config }));
  expect(code).toBe(3);
  expect(json.suite).toMatchObject({ kind: "not-run", why: "timeout" });
});
