import { cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";

const casino = (): string => {
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-claims-"));
  cpSync("examples/casino", dir, { recursive: true });
  return dir;
};

describe("the casino project", () => {
  const dir = casino();

  test("its trigger fires on insert and update, not on delete", async () => {
    const seen = await rlsmith(["claims", dir]);
    expect(seen.code).toBe(1);
    expect(seen.stdout).toMatch(
      /error public\.staff {2}a deleted row's user keeps the claims .*\[sync-misses-delete\]/,
    );
    // `id` feeds staff_id and is not in UPDATE OF
    expect(seen.stdout).toMatch(/note public\.staff {2}an update of `id` does not reach the claims/);
    expect(seen.stdout).toMatch(/1 error, 1 note\./);
    expect(seen.stdout).toMatch(/only the rows that migrations insert/);
  });

  test("as JSON and as Markdown", async () => {
    const json = JSON.parse((await rlsmith(["claims", dir, "--format", "json", "--jwt-expiry", "900"])).stdout);
    expect(json).toMatchObject({
      format: "rlsmith-claims",
      formatVersion: 1,
      readFrom: "migrations",
      jwtExpirySeconds: 900,
      source: {
        kind: "known",
        value: {
          relation: "public.staff",
          user: "user_id",
          active: { sql: "status = 'active'", from: "function body" },
        },
      },
      // what policies read is what the sync writes
      readClaims: [
        ["app_metadata", "casino_id"],
        ["app_metadata", "staff_id"],
        ["app_metadata", "staff_role"],
      ],
    });
    const markdown = await rlsmith(["claims", dir, "--format", "markdown"]);
    expect(markdown.stdout).toMatch(/^# Claims\n/);
    expect(markdown.stdout).toMatch(/\| error \| `sync-misses-delete` \| public\.staff \|/);
  });

  test("--fix writes a migration of the project's own kind, after which there is nothing to report", async () => {
    const before = readdirSync(join(dir, "supabase/migrations"));
    const fixed = await rlsmith(["claims", dir, "--fix"]);
    expect(fixed.code).toBe(1);
    const made = readdirSync(join(dir, "supabase/migrations")).filter((name) => !before.includes(name));
    expect(made).toEqual([expect.stringMatching(/^\d{14}_claims_sync\.sql$/)]);
    expect(readdirSync(join(dir, "supabase/rollbacks"))).toEqual([(made[0] ?? "").replace(".sql", ".down.sql")]);
    const again = await rlsmith(["claims", dir, "--fix", "--strict"]);
    expect(again.stdout).toMatch(/No findings\.\n$/);
    expect(again.stderr).toMatch(/nothing to fix/);
    expect(again.code).toBe(0);
    expect(readdirSync(join(dir, "supabase/migrations")).length).toBe(before.length + 1);
  });
});

describe("usage errors", () => {
  test("an invalid lifetime of tokens, time or format", async () => {
    for (const wrong of [
      ["--jwt-expiry", "1h"],
      ["--jwt-expiry", "0"],
      ["--since", "2026-11-23T10:00:00"],
      ["--since", "2026-13-45T10:00:00Z"],
      ["--format", "xml"],
    ]) {
      const seen = await rlsmith(["claims", "examples/casino", ...wrong]);
      expect([wrong.join(" "), seen.code, seen.stdout]).toEqual([wrong.join(" "), 2, ""]);
      expect(seen.stderr).not.toMatch(/\n {4}at /);
    }
  });

  test("no database", async () => {
    const seen = await rlsmith(["claims", project({}), "--db", "postgres://u:secret-pw@127.0.0.1:1/x"]);
    expect(seen.code).toBe(4);
    expect(seen.stderr).not.toMatch(/secret-pw/);
  });

  test("a fix without a source", async () => {
    const dir = project({ "supabase/migrations/20250101000000_a.sql": "create table a (id int);" });
    const seen = await rlsmith(["claims", dir, "--fix"]);
    expect(seen.code).toBe(2);
    expect(seen.stderr).toMatch(/declare `claimsSync`/);
    expect(readFileSync(join(dir, "supabase/migrations/20250101000000_a.sql"), "utf8")).toBe(
      "create table a (id int);",
    );
    expect(readdirSync(join(dir, "supabase/migrations"))).toHaveLength(1);
  });
});
