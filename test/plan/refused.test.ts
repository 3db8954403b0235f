import { describe, expect, test } from "vitest";
import * as rlsmith from "../../src/index.ts";
import { withFork } from "../support/fork.ts";

const ORG = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const BASE = `
  create table public.docs (id uuid primary key, org_id uuid not null, title text not null);
  alter table public.docs enable row level security;
  grant select, delete on public.docs to authenticated;`;
const CONFIG = {
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" as const },
    "app.role_name": { claim: "app_metadata.role_name", type: "text" as const },
  },
};
const POLICY = "public.docs.admins";

/** The code with which a plan for the policies is refused, whatever is accepted; null: it is not. */
async function refusal(policies: string, config: rlsmith.UserConfig): Promise<string | null> {
  return withFork(BASE + policies, async (db) => {
    const catalog = await rlsmith.inspect(db);
    const { plan } = rlsmith.plan(catalog, rlsmith.parseConfig(config));
    expect(plan.open).toEqual([]);
    const accepts = new Map(plan.policies.map(({ policy }) => [policy, "we are sure that this is wanted"]));
    const { objections } = await rlsmith.provePlan(db, catalog, plan, { accepts });
    try {
      rlsmith.refuseErrors(plan);
      rlsmith.refuseUnanswered(objections, plan);
      return null;
    } catch (error) {
      if (error instanceof rlsmith.RlsmithError) return error.code;
      throw error;
    }
  });
}

const admins = (more: string): string => `create policy admins on docs for delete to authenticated using (
  coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() ->> 'role_name') = 'admin'${more});`;
const claimPath = { ...CONFIG, rules: { claimPath: { reason: "the claim was never at the top of the token" } } };

describe("rows of another tenant", () => {
  test("a policy that asks for a role alone comes to life: refused, whatever announces and accepts it", async () => {
    expect(await refusal(admins(""), claimPath)).toBe("CROSSES_TENANTS");
  });

  test("the same for rows of the own tenant alone is answered by the consent", async () => {
    expect(await refusal(admins(` and org_id = ${ORG}`), claimPath)).toBeNull();
  });

  const SESSION_ONLY = "nullif(current_setting('app.org_id', true), '')::uuid";
  const writers = (check: string): string => `grant update on docs to authenticated;
    create policy writers on docs for update to authenticated using (org_id = ${SESSION_ONLY}) with check (${check});`;
  const claim = {
    ...CONFIG,
    sessionOnly: [{ policy: "public.*", decision: "claim" as const, reason: "every request carries the claim" }],
  };

  test("rows of the own tenant may be changed now, and the check lets them go to another", async () => {
    expect(await refusal(writers("title <> ''"), claim)).toBe("CROSSES_TENANTS");
  });

  test("the same with a check that keeps them", async () => {
    expect(await refusal(writers(`title <> '' and org_id = ${ORG}`), claim)).toBeNull();
  });

  test("the same through a condition that is not modelled is not settled: it wants its own acceptance", async () => {
    const policies = admins(` and to_tsvector('simple', title) @@ to_tsquery('simple', 'a')`);
    await withFork(BASE + policies, async (db) => {
      const catalog = await rlsmith.inspect(db);
      const { plan } = rlsmith.plan(catalog, rlsmith.parseConfig(claimPath));
      const { objections } = await rlsmith.provePlan(db, catalog, plan);
      const open = objections.filter(({ policy, answer }) => policy === POLICY && answer === null);
      expect(open.map(({ component }) => component)).toContain("DELETE");
    });
  });
});

test("a finding that says that the result stays open where a claim is missing: refused", async () => {
  const policy = `create policy read on docs for select to authenticated using (
    nullif(current_setting('app.org_id', true), '') is null or org_id = current_setting('app.org_id', true)::uuid);`;
  const config = { ...CONFIG, sessionOnly: [{ policy: "*", decision: "claim" as const, reason: "the token has it" }] };
  expect(await refusal(policy, config)).toBe("PLAN_HAS_ERRORS");
});
