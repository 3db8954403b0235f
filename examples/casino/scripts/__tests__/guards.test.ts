import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const dir = mkdtempSync(join(tmpdir(), "casino-guards-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const HYBRID = `create policy visit_read on visit for select using (
  casino_id = COALESCE(NULLIF(current_setting('app.casino_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid));`;
const CLAIM = `create policy visit_read on visit for select using (
  casino_id = (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid);`;

function scan(sql: string): { code: number | null; output: string } {
  const file = join(dir, "20260101000000_test.sql");
  writeFileSync(file, sql);
  const { status, stdout } = spawnSync("bash", [join(ROOT, "scripts/adr015-rls-scanner.sh"), file], {
    encoding: "utf8",
  });
  return { code: status, output: stdout };
}

describe("the scanner of ADR-015", () => {
  test("accepts the hybrid pattern", () => {
    expect(scan(HYBRID)).toEqual({ code: 0, output: "ADR-015: no violations\n" });
  });

  test("refuses a policy that reads the claim alone", () => {
    expect(scan(CLAIM)).toEqual({
      code: 1,
      output: "20260101000000_test.sql: visit_read: E2 not the hybrid pattern\n",
    });
  });

  test("refuses a policy that reads the variable alone, and a bare one", () => {
    expect(scan("create policy a on t using (x = current_setting('app.casino_id'));").output).toBe(
      "20260101000000_test.sql: a: E1 current_setting without missing_ok\n" +
        "20260101000000_test.sql: a: E3 no claim to fall back to\n",
    );
  });
});

describe("the hook before a commit", () => {
  const repository = join(dir, "repository");
  const git = (...words: string[]): string => execFileSync("git", words, { cwd: repository, encoding: "utf8" });

  const commit = (name: string, sql: string): { code: number | null; output: string } => {
    rmSync(repository, { recursive: true, force: true });
    mkdirSync(join(repository, "supabase/migrations"), { recursive: true });
    cpSync(join(ROOT, "scripts"), join(repository, "scripts"), { recursive: true });
    cpSync(join(ROOT, ".husky"), join(repository, ".husky"), { recursive: true });
    writeFileSync(join(repository, "supabase/migrations", name), sql);
    git("init", "--quiet");
    git("add", "supabase");
    const { status, stderr } = spawnSync("bash", [".husky/pre-commit"], { cwd: repository, encoding: "utf8" });
    return { code: status, output: stderr };
  };

  test("blocks a migration that drops set_rls_context", () => {
    expect(
      commit("20260101000000_drop.sql", "DROP FUNCTION IF EXISTS public.set_rls_context(uuid, uuid, text, text);"),
    ).toEqual({
      code: 1,
      output:
        "pre-commit: supabase/migrations/20260101000000_drop.sql drops set_rls_context, every policy depends on it (SEC-007)\n",
    });
  });

  test("blocks a policy that reads the claim alone", () => {
    expect(commit("20260101000000_claims.sql", CLAIM).code).toBe(1);
  });

  test("lets the hybrid pattern pass", () => {
    expect(commit("20260101000000_hybrid.sql", HYBRID).code).toBe(0);
  });
});
