import { rmSync } from "node:fs";
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

test("the migration is in the folder already: the old state is the folder without it", async () => {
  const dir = made(FILES);
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"] };
  const plan = await runProgram(process.execPath, [JITI, MAIN, "plan", dir], { cwd: dir, env });
  expect(plan.code, plan.stderr).toBe(0);
  git(dir, "add", "-A");
  git(dir, "commit", "-qm", "plan");

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

test("a suite that takes too long is ended, with what it has started", async () => {
  const config = FILES["rlsmith.config.ts"].replace(
    /command: "[^"]*"/,
    'command: "sleep 600; true", timeoutSeconds: 1',
  );
  const { code, json } = await cleanupTestsJson(made({ ...FILES, "rlsmith.config.ts": config }));
  expect(code).toBe(3);
  expect(json.suite).toMatchObject({ kind: "not-run", why: "timeout" });
});
