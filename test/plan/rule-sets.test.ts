import { resolve } from "node:path";
import { expect, describe, test, beforeAll } from "vitest";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { advisorFindings } from "../../src/pg/advisor.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { inspectCatalog } from "../../src/pipeline/inspection.ts";
import { planCatalog } from "../../src/pipeline/plan.ts";
import { readsLeft } from "../../src/pipeline/reads-left.ts";
import { measuringConfig, ruleOffers, type RuleOffer } from "../../src/pipeline/rule-offers.ts";
import { subjectOf } from "../../src/plan/subject.ts";
import { readMigrations } from "../../src/migration-tools/index.ts";
import { replay } from "../../src/scratch/replay.ts";
import { ruleSetNames, withRuleSets } from "../../src/rewrite/rule-sets.ts";
import { withFork } from "../support/fork.ts";

const HYBRID =
  "coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
const ORG: UserConfig = { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } };
const TABLE = `create table note (id uuid primary key, org_id uuid not null, owner uuid not null, parent_id uuid);
alter table note enable row level security;`;

const catalogOf = async (sql: string): Promise<Catalog> => withFork(sql, inspect);

const planned = async (sql: string, config: UserConfig): Promise<ReturnType<typeof planCatalog>["plan"]> =>
  planCatalog(await catalogOf(sql), parseConfig(config)).plan;

/** Policy → what becomes of it, and the rules that do it. */
const outcomes = ({ policies }: Awaited<ReturnType<typeof planned>>): Record<string, [string, string]> =>
  Object.fromEntries(policies.map((one) => [one.policy, [one.outcome, one.rules.join(" ")]]));

describe("a variable that no claim is mapped to", () => {
  const TILL = "current_setting('app.till', true) = org_id::text";
  const decided = async (policy: string): ReturnType<typeof planned> =>
    planned(`${TABLE} create policy p on note ${policy}`, {
      sessionOnly: [{ policy: "public.note.p", decision: "rpc-only", reason: "functions write" }],
    });

  test("a write policy of which functions take the place is dropped without a claim", async () => {
    for (const policy of [
      `for delete using (${TILL})`,
      `for insert with check (${TILL})`,
      `for update using (${TILL})`,
    ]) {
      const plan = await decided(policy);
      expect(outcomes(plan)).toEqual({ "public.note.p": ["dropped", "rpc-only"] });
      expect(plan.open).toEqual([]);
    }
  });

  test("one that lets rows be read as well needs it", async () => {
    const plan = await decided(`for all using (${TILL})`);
    expect(outcomes(plan)).toEqual({ "public.note.p": ["kept", ""] });
    expect(plan.open.map(({ kind, key }) => [kind, key])).toEqual([["unmapped-variable", "app.till"]]);
  });
});

describe("what a rule set would bring is read from the catalog", () => {
  const offersOf = async (sql: string, config: UserConfig = {}): Promise<RuleOffer[]> => {
    const catalog = await catalogOf(sql);
    return ruleOffers(catalog, inspectCatalog(catalog).classified, parseConfig(config));
  };

  test("the calls that the InitPlan form takes out of the rows, and the findings that it closes", async () => {
    const offers = await offersOf(`${TABLE}
      create function rank_of(id uuid) returns int language sql volatile as $$ select 1 $$;
      -- two calls: uid and jwt
      create policy r on note for select to authenticated
        using (owner = auth.uid() or org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);
      -- one in each expression
      create policy u on note for update to authenticated using (owner = auth.uid()) with check (owner = auth.uid());
      -- once a statement already; the call of a volatile function stays for each row, and the advisor does not ask for it
      create policy d on note for delete to authenticated using (owner = (select auth.uid()) and rank_of(id) = 1);`);
    expect(offers.map(({ name }) => name)).toEqual(["initplan"]);
    expect(offers[0]).toMatchObject({
      policies: ["public.note.r", "public.note.u"],
      callsPerRow: 4,
      advisor: [{ lint: "auth_rls_initplan", count: 2 }],
    });
  });

  test("each set that would change something, and no other", async () => {
    const offers = await offersOf(`${TABLE}
      create policy r on note for select to authenticated using (owner = (select auth.uid()));
      create policy w on note for all to authenticated using (org_id = (select auth.uid()));
      create policy no on note for delete to authenticated using (false);
      create policy anyone on note for insert to public with check (owner = (select auth.uid()));`);
    // authenticated: r and w for SELECT, anyone and w for INSERT, no and w for DELETE
    expect(offers.map(({ name, advisor }) => [name, ...advisor.map(({ count }) => count)])).toEqual([
      ["split-for-all", 1],
      ["merge-permissive", 3],
      ["deny-policy", 1],
      ["to-authenticated"],
    ]);
    expect(offers.find(({ name }) => name === "deny-policy")?.policies).toEqual(["public.note.no"]);
  });

  test("a set whose role is not there is not offered, and refused where the config chooses it", async () => {
    const made = await catalogOf(`${TABLE} create policy r on note for select using (true);`);
    // roles belong to the server, which has those of Supabase
    const catalog = { ...made, roles: made.roles.filter(({ name }) => name !== "authenticated") };
    expect(ruleOffers(catalog, inspectCatalog(catalog).classified, parseConfig({}))).toEqual([]);
    const chosen = parseConfig({ rules: { toAuthenticated: true } });
    expect(() => planCatalog(catalog, chosen)).toThrow(/no role `authenticated`/);
  });

  test("a policy that the move touches anyway is no reason for a set", async () => {
    const sql = `${TABLE} create policy r on note for select to authenticated using (org_id = ${HYBRID} and owner = auth.uid());`;
    expect(await offersOf(sql, ORG)).toEqual([]);
    const catalog = await catalogOf(sql);
    const { classified, inferred } = inspectCatalog(catalog);
    expect(ruleOffers(catalog, classified, measuringConfig(inferred))).toEqual([]);
  });

  test("the advisor's findings on the casino are those that Supabase's own command reports", async () => {
    const catalog = await withFork("", async (db, fork) => {
      await replay(fork, await readMigrations(resolve("examples/casino")), { strict: true });
      return inspect(db);
    });
    const { auth_rls_initplan: each, multiple_permissive_policies: several } = advisorFindings(
      catalog,
      catalog.policies,
    );
    // test/supabase.long.test.ts has the figures from the command itself: 114, and sixteen pairs
    expect([each.size, several.size]).toEqual([114, 16]);
  });

  test("a name that is none is refused", () => {
    expect(ruleSetNames("initplan, deny-policy")).toEqual(["initplan", "deny-policy"]);
    expect(() => ruleSetNames("initplan,splitforall")).toThrow("there is no rule set `splitforall`");
    const restrictive = parseConfig({ rules: { denyPolicy: "restrictive" } });
    expect(withRuleSets(restrictive, ["deny-policy"]).rules.denyPolicy).toBe("restrictive");
  });
});

describe("a migration is named and headed by what it does", () => {
  const sql = `${TABLE}
    create policy r on note for select to authenticated using (owner = auth.uid());
    create policy no on note for delete to authenticated using (false);`;
  const subject = async (rules: UserConfig["rules"], more = ""): Promise<string[]> => {
    const { slug, heading, downHeading } = subjectOf(await planned(sql + more, { ...ORG, rules }));
    return [slug, heading, downHeading];
  };

  test("by its rules, where it moves nothing to claims", async () => {
    expect(await subject({ initplan: "all" })).toEqual([
      "rls_initplan",
      "Row-level security: the rule initplan. No session variable is concerned. Made by rlsmith.",
      "The down migration of the rule initplan: policies, helpers and comments as they were. Made by rlsmith.",
    ]);
    expect((await subject({ initplan: "all", denyPolicy: "drop" }))[0]).toBe("rls_deny_policy_and_initplan");
  });

  test("by the move, where there is one", async () => {
    const moved = `create policy w on note for update to authenticated using (org_id = ${HYBRID});`;
    expect((await subject({ initplan: "all" }, moved))[0]).toBe("rls_jwt_only");
  });
});

describe("recursion that is there today", () => {
  const sql = `${TABLE}
    create policy r on note for select to authenticated
      using (exists (select from note other where other.parent_id = note.id and other.owner = auth.uid()));
    create policy w on note for insert to authenticated with check (org_id = ${HYBRID});`;

  test("is told and left, for statements that fail today would succeed", async () => {
    const plan = await planned(sql, ORG);
    expect(outcomes(plan)).toEqual({
      "public.note.r": ["unchanged", ""],
      "public.note.w": ["rewritten", "context-to-claim initplan"],
    });
    expect(plan.findings.map(({ code, severity }) => [code, severity])).toEqual([["infinite-recursion", "warning"]]);
  });

  test("is broken where the rule is chosen", async () => {
    const plan = await planned(sql, { ...ORG, rules: { breakRecursion: true } });
    expect(outcomes(plan)["public.note.r"]?.[1]).toContain("break-recursion");
    expect(plan.findings).toEqual([]);
  });
});

test("a relation whose claims stay bare keeps what the decisions and the other rules made of its policies", async () => {
  // the InitPlan form of `r` would make `u` recurse; `w` is decided rpc-only, and `no` is dropped
  const plan = await planned(
    `${TABLE}
      create policy r on note for select to authenticated using (org_id = ${HYBRID});
      create policy u on note for update to authenticated
        using (not exists (select from note child where child.parent_id = note.id));
      create policy w on note for insert to authenticated
        with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid);
      create policy no on note for delete to authenticated using (owner = auth.uid() and false);`,
    {
      ...ORG,
      rules: { initplan: "all", denyPolicy: "drop" },
      sessionOnly: [{ policy: "public.note.w", decision: "rpc-only", reason: "written by a function" }],
    },
  );
  expect(plan.findings.map(({ code }) => code)).toEqual(["initplan-would-recurse"]);
  expect(outcomes(plan)).toEqual({
    "public.note.r": ["rewritten", "context-to-claim"],
    "public.note.u": ["unchanged", ""],
    "public.note.w": ["dropped", "rpc-only"],
    "public.note.no": ["dropped", "deny-policy"],
  });
});

describe("reads that are left after a plan", () => {
  let catalog: Catalog;
  beforeAll(async () => {
    catalog = await catalogOf(`${TABLE}
      create policy r on note for select to authenticated using (org_id = ${HYBRID});
      create function org() returns uuid language sql stable as $$ select nullif(current_setting('app.org_id', true), '')::uuid $$;
      create function fill() returns trigger language plpgsql as $$ begin new.org_id := current_setting('app.org_id', true)::uuid; return new; end $$;
      create function other() returns text language sql stable as $$ select current_setting('app.locale', true) $$;
      create trigger fill before insert on note for each row execute function fill();
      alter table note alter org_id set default nullif(current_setting('app.org_id', true), '')::uuid;
      alter table note add constraint mine check (org_id is distinct from current_setting('app.org_id', true)::uuid);
      create view mine as select id from note where org_id = current_setting('app.org_id', true)::uuid;
      create rule logged as on delete to note do also select current_setting('app.org_id', true);`);
  });

  test("are counted by kind; a setting that the map does not name is not among them", () => {
    const config = parseConfig(ORG);
    const left = readsLeft(catalog, planCatalog(catalog, config).plan, config);
    expect(left.map(({ kind, name }) => [kind, name])).toEqual([
      ["trigger function", "public.fill()"],
      ["function", "public.org()"],
      ["column default", "public.note.org_id"],
      ["view", "public.mine"],
      ["rule", "logged on public.note"],
      ["check constraint", "mine on public.note"],
    ]);
    expect(new Set(left.flatMap(({ settings }) => settings))).toEqual(new Set(["app.org_id"]));
  });

  test("what the plan changes is none of them", () => {
    const config = parseConfig({ ...ORG, columnDefaults: "rewrite" });
    const left = readsLeft(catalog, planCatalog(catalog, config).plan, config);
    expect(left.map(({ kind }) => kind)).not.toContain("column default");
  });
});
