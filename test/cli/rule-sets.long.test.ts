import { cpSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";

const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({ migrations: { folder: "supabase/migrations", layout: "supabase" } });`;

/** No policy reads a variable; one calls two functions a row. */
const CLAIMS_ONLY = `create table public.note (id uuid primary key, owner uuid not null, org_id uuid not null);
alter table public.note enable row level security;
create policy note_read on public.note for select to authenticated
  using (owner = auth.uid() or org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`;

const VARIABLES = `${CLAIMS_ONLY}
create policy note_all on public.note for all to authenticated
  using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
create policy note_add on public.note for insert to authenticated
  with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`;

const withMigration = (sql: string, config: string | null = CONFIG): string =>
  project({
    "supabase/migrations/20250101000000_a.sql": sql,
    ...(config === null ? {} : { "rlsmith.config.ts": config }),
  });

describe("a project that reads no variable", () => {
  const dir = withMigration(CLAIMS_ONLY);

  test("has nothing to do, and is offered the InitPlan form with its measure", async () => {
    const { code, stderr } = await rlsmith(["plan", dir]);
    expect(code).toBe(0);
    expect(stderr).toContain("nothing to do: no policy reads a session variable");
    expect(stderr).toContain(
      "next   `rlsmith plan --rules initplan` would change 1 policy; 2 function calls a row become calls once a statement; closes 1 finding of Supabase's advisor (auth_rls_initplan)",
    );
    expect(readdirSync(join(dir, "supabase/migrations"))).toHaveLength(1);
  });

  test("with the rule, the file is named and headed by it, and so is its down file", async () => {
    const { code, stderr } = await rlsmith(["plan", dir, "--rules", "initplan"]);
    expect([code, stderr.split("\n").findLast((line) => line.startsWith("next"))]).toEqual([
      0,
      "next   review the migration and run it with your migration tool; `rlsmith apply` needs a target in the config",
    ]);
    const [, up] = readdirSync(join(dir, "supabase/migrations")).toSorted();
    expect(up).toMatch(/^\d{14}_rls_initplan\.sql$/);
    expect(readFileSync(join(dir, "supabase/migrations", up ?? ""), "utf8")).toMatch(
      /^-- Row-level security: the rule initplan\./,
    );
    const [down] = readdirSync(join(dir, "supabase/rollbacks"));
    expect(down).toBe(up?.replace(".sql", ".down.sql"));
    expect(readFileSync(join(dir, "supabase/rollbacks", down ?? ""), "utf8")).toMatch(
      /^-- The down migration of the rule initplan:/,
    );
    const again = await rlsmith(["plan", dir, "--rules", "initplan"]);
    expect(again.code).toBe(0);
    expect(again.stderr).toContain("nothing to do");
  });

  test("a rule set that is none is refused before anything is read", async () => {
    const { code, stderr } = await rlsmith(["plan", dir, "--rules", "init-plan"]);
    expect(code).toBe(2);
    expect(stderr).toContain("NO_SUCH_RULE_SET");
    expect(stderr).not.toContain("replay");
  });
});

describe("init without a terminal", () => {
  test("writes the rule sets as comments with their measure, and ends with what is open and what comes next", async () => {
    const dir = withMigration(VARIABLES, null);
    const { code, stderr } = await rlsmith(["init", dir]);
    expect(code).toBe(0);
    const config = readFileSync(join(dir, "rlsmith.config.ts"), "utf8");
    expect(config).toMatch(/^ {4}\/\/ initplan: "all", \/\/ .*: 1 policy; 2 function calls a row/m);
    expect(config).toMatch(/^ {4}\/\/ splitForAll: true, \/\/ /m);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toContain("open: 1 variable without a claim, 2 policies that read a variable and no claim");
    expect(lines).toContain("  public.note.note_all");
    expect(lines.at(-1)).toBe('next   answer what is marked "open" in rlsmith.config.ts, then `rlsmith plan`');
  });

  test("the same facts are in its JSON", async () => {
    const dir = withMigration(VARIABLES, null);
    const { stdout } = await rlsmith(["init", dir, "--format", "json"]);
    const facts = JSON.parse(stdout) as Record<string, unknown>;
    expect(facts).toMatchObject({
      mapped: [{ setting: "app.org_id", claim: null, type: "uuid" }],
      chosen: [],
      open: [
        { kind: "variable", name: "app.org_id" },
        { kind: "policy", name: "public.note.note_add" },
        { kind: "policy", name: "public.note.note_all" },
      ],
      next: 'answer what is marked "open" in rlsmith.config.ts, then `rlsmith plan`',
    });
    expect((facts["offers"] as { name: string }[]).map(({ name }) => name)).toEqual([
      "initplan",
      "split-for-all",
      "merge-permissive",
    ]);
  });
});

test("docs/init.md shows what init prints about the casino's claims", async () => {
  const dir = join(mkdtempSync(join(tmpdir(), "rlsmith-test-")), "casino");
  cpSync("examples/casino", dir, { recursive: true });
  const { code, stderr } = await rlsmith(["init", dir, "--yes", "--force"]);
  expect(code).toBe(0);
  const shown =
    /## The token or the live row[^]*?```\n([^]*?)```/.exec(readFileSync("docs/init.md", "utf8"))?.[1] ?? "";
  expect(shown).toContain("claim app_metadata.staff_role");
  expect(stderr).toContain(shown);
});
