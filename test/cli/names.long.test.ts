import { beforeAll, describe, expect, test } from "vitest";
import { groupsOf } from "../../src/apply/state/groups.ts";
import { cutOf } from "../../src/cli/target-options.ts";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { openScratch } from "../../src/scratch/open.ts";
import { project, rlsmith } from "../support/cli.ts";
import { planFor } from "../support/plan.ts";

/**
 * Two relations and two functions whose names are the same text where the dots are not quoted. A shared key would make the sub-query of the
 * first policy one on its own relation, which fails every statement with 42P17, and would let a decision for one count for the other.
 */
const SQL = `
create schema ledger;
create schema "ledger.old";
grant usage on schema ledger, "ledger.old" to authenticated;
create table ledger."old.entry" (id uuid primary key, org_id uuid not null);
create table "ledger.old".entry (id uuid primary key, org_id uuid not null);
grant select, insert, update, delete on ledger."old.entry", "ledger.old".entry to authenticated;
alter table ledger."old.entry" enable row level security;
alter table "ledger.old".entry enable row level security;
create function ledger."old.org"() returns uuid language sql stable
  as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;
create function "ledger.old".org() returns uuid language sql stable
  as $$ select (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid $$;
create policy read on ledger."old.entry" for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)
    and exists (select from "ledger.old".entry e where e.org_id = "old.entry".org_id));
create policy change on ledger."old.entry" for update to authenticated using (org_id = ledger."old.org"());
create policy read on "ledger.old".entry for select to authenticated
  using (org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid));
create policy change on "ledger.old".entry for update to authenticated using (org_id = "ledger.old".org());
`;

const DECISION = { function: 'ledger."old.org"', decision: "claim", reason: "read by every request" } as const;

const CONFIG: UserConfig = {
  context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } },
  sessionOnly: [DECISION],
  // so that the policy that calls the other function changes too
  rules: { initplan: "all" },
};

/** What becomes of the policies: each reads the variable, or calls a stable function, which goes into an InitPlan. */
const MOVED = {
  'ledger."old.entry".change': "rewritten",
  'ledger."old.entry".read': "rewritten",
  '"ledger.old".entry.change': "rewritten",
  '"ledger.old".entry.read': "rewritten",
};

const FILES = {
  "supabase/migrations/20250101000000_ledger.sql": SQL,
  "rlsmith.config.ts": `import { defineConfig } from "rlsmith";\nexport default defineConfig(${JSON.stringify(CONFIG)});\n`,
};

interface Inspected {
  policies: { id: string; pattern: string; reads: { through: string[] }[]; functions: object[]; relations: object[] }[];
  findings: { code: string }[];
}

describe("`inspect`", () => {
  let found: Inspected;
  let text: string;
  beforeAll(async () => {
    const dir = project(FILES);
    found = JSON.parse((await rlsmith(["inspect", dir, "--format", "json"])).stdout) as Inspected;
    text = (await rlsmith(["inspect", dir])).stdout;
  });

  test("each policy has its own pattern, and its own functions and relations", () => {
    expect(
      found.policies.map(({ id, pattern, reads, functions, relations }) => ({
        id,
        pattern,
        through: reads.map((read) => read.through),
        functions,
        relations,
      })),
    ).toEqual([
      {
        id: 'ledger."old.entry".change',
        pattern: "B",
        through: [['ledger."old.org"']],
        functions: [{ schema: "ledger", name: "old.org" }],
        relations: [],
      },
      {
        id: 'ledger."old.entry".read',
        pattern: "C",
        through: [[]],
        functions: [],
        relations: [{ schema: "ledger.old", name: "entry" }],
      },
      {
        id: '"ledger.old".entry.change',
        pattern: "A",
        through: [],
        functions: [{ schema: "ledger.old", name: "org" }],
        relations: [],
      },
      { id: '"ledger.old".entry.read', pattern: "C", through: [[]], functions: [], relations: [] },
    ]);
  });

  test("each name is shown in one way", () => {
    expect(text).toMatch(/^ledger\."old\.entry" {2}row security on$/m);
    expect(text).toMatch(/^"ledger\.old"\.entry {2}row security on$/m);
    expect(text).toMatch(/ledger\."old\.org"\(\) +reads app\.org_id; 1 policy reads through it/);
    expect(text).not.toContain("ledger.old.entry");
    expect(text).not.toContain("ledger.old.org");
  });
});

interface Planned {
  plan: Plan;
}

const outcomes = ({ policies }: Plan): Record<string, string> =>
  Object.fromEntries(policies.map(({ policy, outcome }) => [policy, outcome]));

describe("a plan", () => {
  let catalog: Catalog;
  beforeAll(async () => {
    const scratch = await openScratch({ kind: "embedded" });
    try {
      await scratch.db.exec(SQL);
      catalog = await inspect(scratch.db);
    } finally {
      await scratch.close();
    }
  });

  test("the sub-query is on the other relation, so nothing recurses; only the helper that reads the variable is changed", () => {
    const plan = planFor(catalog, CONFIG);
    expect(outcomes(plan)).toEqual(MOVED);
    expect(plan.policies.flatMap(({ rules }) => rules)).not.toContain("break-recursion");
    expect(plan.findings.map(({ code }) => code)).not.toContain("infinite-recursion");
    expect(plan.steps.map(({ object }) => object).filter(({ kind }) => kind === "function")).toEqual([
      { kind: "function", schema: "ledger", name: "old.org", identityArguments: "" },
    ]);
  });

  test.each([
    ['"ledger.old".entry.*', { 'ledger."old.entry".read': "rewritten", '"ledger.old".entry.read': "kept" }],
    ['ledger."old.entry".*', { 'ledger."old.entry".read': "kept", '"ledger.old".entry.read': "rewritten" }],
    ['"ledger.old"."entry"."read"', { 'ledger."old.entry".read': "rewritten", '"ledger.old".entry.read': "kept" }],
    // bare dots part names, and there is no schema `ledger` with a relation `old`
    ["ledger.old.entry.read", { 'ledger."old.entry".read': "rewritten", '"ledger.old".entry.read': "rewritten" }],
  ])("`keep` of %s names one of the two", (pattern, expected) => {
    const plan = planFor(catalog, { ...CONFIG, keep: { [pattern]: "goes away next year" } });
    expect(outcomes(plan)).toMatchObject(expected);
  });

  test("a decision for a function names one of the two", () => {
    const decided = (named: string): string[] =>
      planFor(catalog, { ...CONFIG, sessionOnly: [{ ...DECISION, function: named }] }).open.map(({ key }) => key);
    expect(decided('"ledger.old".org')).toEqual(['ledger."old.org"']);
    expect(decided("ledger.old.org")).toEqual(['ledger."old.org"']);
    expect(decided('ledger."old.org"')).toEqual([]);
    expect(decided('"ledger"."old.*"')).toEqual([]);
  });

  test("one group a relation, and contexts by their names", () => {
    const plan = planFor(catalog, CONFIG);
    expect(groupsOf(plan, { kind: "relation" }).map((group) => group.name)).toEqual([
      "functions",
      'ledger."old.entry"',
      '"ledger.old".entry',
    ]);
    const contexts = { new: ['"ledger.old".*'], old: ["ledger.*"] };
    const cut = cutOf("context", parseConfig({ ...CONFIG, contexts }, "test"));
    expect(groupsOf(plan, cut).map(({ name, steps }) => [name, steps.length])).toEqual([
      ["functions", 1],
      ["new", 2],
      ["old", 2],
    ]);
  });
});

test("`plan` proves and writes both", async () => {
  const args = ["--format", "json", "--dry-run", "--no-rehearse"];
  const { stdout, code } = await rlsmith(["plan", project(FILES), ...args]);
  expect(code).toBe(0);
  expect(outcomes((JSON.parse(stdout) as Planned).plan)).toEqual(MOVED);
});
