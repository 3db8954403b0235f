import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CleanupTestsJson } from "../../../src/report/json-outputs.ts";
import { cleanupTests, cleanupTestsJson, git, projectOf } from "./project.ts";
import { FILES } from "./small-project.ts";

// The small project of small-project.ts.

let dir: string;
let json: CleanupTestsJson;
let code: number | null;

beforeAll(async () => {
  dir = projectOf(FILES);
  ({ code, json } = await cleanupTestsJson(dir));
});
afterAll(() => rmSync(resolve(dir, ".."), { recursive: true, force: true }));

test("the suite ran on the old state, the migrated state, and on a mutant of every policy in both", () => {
  expect(json.suite).toMatchObject({
    kind: "run",
    before: { passed: 4, failed: 0 },
    // both cases that need the variable to see a row
    after: { passed: 2, failed: 2 },
    policies: 3,
    weakened: 3,
  });
  if (json.suite.kind !== "run") throw new Error("the suite did not run");
  expect(json.suite.mutants.map(({ name, side, noticedBy }) => [name, side, noticedBy]).toSorted()).toEqual([
    // open policies: the old state has the case by the variable and the one by the claim
    ["public.invoice.invoice_read: using true", "after", 1],
    ["public.invoice.invoice_read: using true", "before", 2],
    ["public.note.note_read: using true", "after", 1],
    ["public.note.note_read: using true", "before", 1],
    ["public.visit.visit_read: using true", "after", 0],
    ["public.visit.visit_read: using true", "before", 1],
  ]);
});

test("the case whose relation is tested by the claim goes, with what covers it", () => {
  expect(json.removed.map(({ name, onMigrated, notices, covers }) => ({ name, onMigrated, notices, covers }))).toEqual([
    {
      name: "invoices by variable",
      onMigrated: "failed",
      notices: [
        { mutant: "public.invoice.invoice_read: using true", noticedBy: "test/rls.test.ts: invoices by claim" },
      ],
      covers: [{ relation: "public.invoice", by: "cases", what: ["test/rls.test.ts: invoices by claim"] }],
    },
  ]);
});

test("cases that notice what nobody else notices stay, and a person has to decide", () => {
  expect(code).toBe(3);
  expect(json.kept.map(({ name, because, what }) => [name, because, what])).toEqual([
    ["visits by variable", "only-notices", ["public.visit.visit_read: using true"]],
    ["no foreign note by variable", "only-notices", ["public.note.note_read: using true"]],
  ]);
  expect(json.failing).toEqual([{ path: "test/rls.test.ts", line: 20, name: "visits by variable", onOld: "passed" }]);
});

test("nothing was written; the patch is one, and the compiler accepts the result", () => {
  // every command appends to the evidence
  expect(git(dir, "status", "--porcelain", "--", ".", ":!.rlsmith")).toBe("");
  expect(json.judge).toMatchObject({ errorsBefore: 0, errorsAfter: 0 });
  writeFileSync(join(dir, "../tests.patch"), json.patch);
  git(dir, "apply", "--check", join(dir, "../tests.patch"));
  expect(json.files).toEqual([{ path: "test/rls.test.ts", deleted: false, linesRemoved: 5, linesAdded: 0 }]);
});

test("--write edits, refuses a dirty tree, and a second run changes nothing", async () => {
  const before = readFileSync(join(dir, "test/rls.test.ts"), "utf8");
  writeFileSync(join(dir, "test/other.ts"), "export {};\n");
  const refused = await cleanupTests(dir, "--write", "--mutants", "0");
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("not committed")]);
  expect(readFileSync(join(dir, "test/rls.test.ts"), "utf8")).toBe(before);
  rmSync(join(dir, "test/other.ts"));

  expect((await cleanupTests(dir, "--write")).code).toBe(3);
  const after = readFileSync(join(dir, "test/rls.test.ts"), "utf8");
  expect(after).toBe(before.replace(/test\("invoices by variable"[^]*?\n\}\);\n\n/, ""));
  git(dir, "commit", "-qam", "after");
  const again = await cleanupTestsJson(dir, "--write");
  expect(again.json.files).toEqual([]);
  // every command appends to the evidence
  expect(git(dir, "status", "--porcelain", "--", ".", ":!.rlsmith")).toBe("");
});

test("without a command, or with one that makes no report, cases are listed and not touched", async () => {
  const config = FILES["rlsmith.config.ts"];
  const without = projectOf({ ...FILES, "rlsmith.config.ts": config.replace(/ {2}cleanup:.*\n/, "") });
  const failing = projectOf({
    ...FILES,
    "rlsmith.config.ts": config.replace(/npx vitest[^"]*/, "echo no tests here; false"),
  });
  for (const [one, why] of [
    [without, "no-command"],
    [failing, "fails-before"],
  ] as const) {
    const { code: exit, json: listed } = await cleanupTestsJson(one);
    expect(exit).toBe(3);
    expect(listed.suite).toMatchObject({ kind: "not-run", why });
    expect(listed.kept.map(({ because }) => because)).toEqual(["suite-not-run", "suite-not-run", "suite-not-run"]);
    expect(listed.files).toEqual([]);
    rmSync(resolve(one, ".."), { recursive: true, force: true });
  }
  expect(existsSync(without)).toBe(false);
});
