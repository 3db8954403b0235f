import pc from "picocolors";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseConfig } from "../../src/config.ts";
import { planCleanup, type CleanupPlan } from "../../src/pipeline/cleanup-sql.ts";
import { cleanupEnd, renderCleanupSql } from "../../src/report/cleanup-sql.ts";
import { openScratch, type Scratch } from "../../src/scratch/index.ts";
import { catalogOf } from "../support/catalog-of.ts";

// Two variables, each with its setter; a view may still read one of them.

let base: Scratch;
beforeAll(async () => {
  base = await openScratch({ kind: "embedded" });
  await base.db.exec(`
    create table org_note (org_id uuid, clerk_id uuid);
    create function set_org(p uuid) returns void language sql as $$ select set_config('app.org_id', p::text, true) $$;
    create function set_clerk(p uuid) returns void language sql as $$ select set_config('app.clerk_id', p::text, true) $$;
  `);
});
afterAll(async () => base.close());

const CONFIG = parseConfig({
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
    "app.clerk_id": { claim: "sub", type: "uuid" },
  },
});
const VIEW =
  "create view mine as select * from org_note where org_id = nullif(current_setting('app.org_id', true), '')::uuid;";

const planned = async (sql: string): Promise<CleanupPlan> => planCleanup(await catalogOf(base, sql), CONFIG);
const report = (made: CleanupPlan): string => renderCleanupSql(made, pc.createColors(false));
const end = (made: CleanupPlan): string => cleanupEnd(made, { writes: true, passed: true, target: null });

test("a setter whose variable is still read is not said to be dropped", async () => {
  const made = await planned(VIEW);
  expect(made.dropped.map(({ name }) => name)).toEqual(["set_clerk"]);
  expect(report(made)).toContain("Not dropped: public.set_org(p uuid)\n  what stays still reads app.org_id, below\n");
  expect(report(made)).toContain("Dropped, last: public.set_clerk(p uuid)\n");
  expect(end(made)).toContain("left to a person, above: 1 use elsewhere");
});

test("without a reader both are dropped, and nothing is left", async () => {
  const made = await planned("");
  expect(report(made)).not.toContain("Not dropped");
  expect(end(made)).not.toContain("left to a person");
});

test("a view alone is not nothing to do", async () => {
  const made = await planned(`drop function set_org, set_clerk; ${VIEW}`);
  expect([made.plan.steps, end(made)]).toEqual([[], "nothing was written; left to a person: 1 use elsewhere"]);
});

test("one function for a person is told of in the singular", async () => {
  const made = await planned(
    "create function use_org() returns void language plpgsql as $$ begin execute 'set app.org_id = 1'; end $$;",
  );
  expect(report(made)).toContain("For a person: 1 function, left as it is\n");
});

test("a clean-up whose plan is replaced is named, since `apply` no longer finds it", async () => {
  const made = await planned("");
  const of = { writes: true, passed: true, target: "dev" };
  expect(cleanupEnd(made, { ...of, replaced: "migrations/004_rls_cleanup.sql" })).toMatch(
    /^note {3}.*held the plan of migrations\/004_rls_cleanup\.sql: where that is not applied, .*\nnext {3}/,
  );
  expect(cleanupEnd(made, of)).toMatch(/^next {3}/);
});

test("a column default that stays is named with the setting that lets it be rewritten", async () => {
  const made = await planned(
    "alter table org_note alter org_id set default current_setting('app.org_id', true)::uuid;",
  );
  expect(report(made)).toContain(
    '  ? column default public.org_note.org_id: app.org_id\n      set `columnDefaults: "rewrite"` in the config',
  );
  expect(report(await planned(VIEW))).not.toContain("columnDefaults");
});

test("a function that the config keeps is named, and nothing is said to use the variables no more", async () => {
  const reader =
    "create function read_org() returns text language sql stable as $$ select current_setting('app.org_id', true) $$;";
  const catalog = await catalogOf(base, `drop function set_clerk; ${reader}`);
  const keep = { "public.read_org": { decision: "keep" as const, reason: "a job reads it" } };
  const made = planCleanup(catalog, { ...CONFIG, cleanup: { ...CONFIG.cleanup, functions: keep } });
  expect(made.plan.steps).toEqual([]);
  expect(report(made)).toContain("Kept, as the config decides: 1 function\n  public.read_org()\n");
  const of = { writes: false, passed: true, target: null } as const;
  expect(cleanupEnd(made, of)).toBe("nothing to do: nothing but what the config keeps uses the variables");
  expect(cleanupEnd(made, { ...of, next: null })).toMatch(
    /\nnothing is left to clean up: no part finds anything more$/,
  );
  expect(cleanupEnd(made, { ...of, next: "guards" })).toMatch(/\nnext {3}`rlsmith cleanup --guards`$/);
});
