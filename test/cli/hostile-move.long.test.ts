import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";
import { HOSTILE_FILES, HOSTILE_SQL } from "../support/hostile-project.ts";
import { expectHarmless, expectJson, expectMarkdown, hostile } from "../support/hostile.ts";

describe("plan and rehearse", () => {
  const dir = project(HOSTILE_FILES);
  let written: string[];
  beforeAll(async () => {
    const { code, stdout, stderr } = await rlsmith(["plan", dir]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
    expectHarmless(stdout);
    expectHarmless(stderr);
    // up, down and up again gave the expected catalog each time: the files run
    expect(stdout).toMatch(/✓ 6\. up/);
    expect(stdout).not.toContain("✗");
    written = readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((path) =>
      /rls_jwt_only.*sql$|\.md$/.test(path),
    );
  });

  test("the files hold no control character, and no line that a name forges", () => {
    expect(written).toHaveLength(4);
    for (const path of written) {
      const text = readFileSync(join(dir, path), "utf8");
      if (path.endsWith(".md")) expectMarkdown(text);
      else expectHarmless(text.replaceAll("  -- a\ttab", ""));
    }
  });

  test.each([
    ["rehearse", []],
    ["rehearse", ["--format", "json"]],
    ["plan", ["--dry-run", "--no-rehearse", "--out", "elsewhere"]],
    ["plan", ["--dry-run", "--format", "json", "--out", "elsewhere"]],
  ])("%s %j", async (command, flags) => {
    const { code, stdout, stderr } = await rlsmith([
      command,
      command === "plan" ? project(HOSTILE_FILES) : dir,
      ...flags,
    ]);
    expect(code).toBe(0);
    expectHarmless(stderr);
    if (flags.includes("json")) expectJson(stdout);
    expectHarmless(flags.includes("--no-rehearse") ? stdout.replaceAll("  -- a\ttab", "") : stdout);
  });
});

describe("prove", () => {
  const before = project(HOSTILE_FILES);
  const after = project({
    ...HOSTILE_FILES,
    [`migrations/${hostile("2")}.sql`]: HOSTILE_SQL.split("\n\n")
      .join("\n")
      .replace(/^create role[\s\S]*$/m, ""),
  });
  const opened = project({
    "migrations/1.sql": HOSTILE_SQL.replace("to authenticated using (", "to authenticated using (true or "),
  });

  test.each([
    [[before, after]],
    [[before, opened]],
    [[before, opened, "--format", "markdown"]],
    [[before, opened, "--format", "json"]],
    [["--never", "cross-tenant-read", opened]],
    [["--never", "cross-tenant-read", opened, "--format", "markdown"]],
    [["--never", "anonymous-access", opened, "--format", "json"]],
    [["--never", "true", opened]],
    [["--never", "true", opened, "--format", "markdown"]],
  ])("%j", async (args) => {
    const { code, stdout, stderr } = await rlsmith(["prove", ...args]);
    expect([0, 1, 3]).toContain(code);
    expectHarmless(stderr);
    expectHarmless(stdout);
    if (args.includes("markdown")) expectMarkdown(stdout);
    if (args.includes("json")) expectJson(stdout);
  });
});
