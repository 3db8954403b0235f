import { expect, test } from "vitest";
import type { UserConfig } from "../../src/config.ts";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Impact } from "../../src/impact/index.ts";
import { impactOfPlan } from "../../src/pipeline/impact.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { withFork } from "../support/fork.ts";
import { planFor } from "../support/plan.ts";
import { bruteForce, compared, type Compared, type Tried } from "./brute-force.ts";

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Members of two shops in `staff`, from which the application takes `app.shop_id`. */
const STAFF = `
create table staff (id int primary key, user_id uuid, shop_id uuid, role text not null default 'clerk', status text not null default 'active');
insert into auth.users (id, role, email, raw_app_meta_data)
  select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated', n || '@example.com',
    case
      when n = 4 then '{}'
      when n = 5 then jsonb_build_object('shop_id', '00000000-0000-4000-8000-000000000101')
      when n = 6 then '{"shop_id": "no uuid"}'
      else jsonb_build_object('shop_id', '00000000-0000-4000-8000-00000000010' || n % 2)
    end
  from generate_series(1, 8) n;
insert into staff (id, user_id, shop_id)
  select n, ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
    ('00000000-0000-4000-8000-00000000010' || case when n = 5 then 0 else n % 2 end)::uuid
  from generate_series(1, 7) n;
create table docs (id int primary key, shop_id uuid, owner_id uuid, body text);
insert into docs
  select n, case when n % 10 = 0 then null else ('00000000-0000-4000-8000-00000000010' || n % 2)::uuid end,
    ('00000000-0000-4000-8000-' || lpad((n % 8 + 1)::text, 12, '0'))::uuid, 'text ' || n
  from generate_series(1, 40) n;
alter table docs enable row level security;
grant select on docs, staff to authenticated, anon;
`;

const CONFIG: UserConfig = {
  requests: { claims: "sent", reason: "the API sets them" },
  context: { "app.shop_id": { claim: "app_metadata.shop_id", type: "uuid" } },
  sessionOnly: [{ policy: "public.*", decision: "claim", reason: "every request carries the claim" }],
  claimsSync: {
    relation: "public.staff",
    user: "user_id",
    claims: { "app_metadata.shop_id": "shop_id" },
    active: "status = 'active'",
  },
};

const shopOf = (n: number): string => uuid(n === 5 ? 100 : 100 + (n % 2));

/** The users of `STAFF`: 4 has no claim, 5 the claim of another shop, 6 a malformed one, 8 is no member. */
const USERS: Tried[] = [
  ...Array.from({ length: 8 }, (_, i): Tried => {
    const n = i + 1;
    const shop = n === 5 ? uuid(101) : n === 6 ? "no uuid" : uuid(100 + (n % 2));
    return {
      id: uuid(n),
      role: "authenticated",
      claims: { sub: uuid(n), role: "authenticated", app_metadata: n === 4 ? {} : { shop_id: shop } },
      variables: n === 8 ? [] : [{ "app.shop_id": shopOf(n) }],
    };
  }),
  { id: null, role: "anon", claims: null, variables: [] },
];

/** The impact of moving these policies to claims, and its comparison with what trying the plan shows. */
async function tried(
  sql: string,
  relations: readonly string[],
  config: UserConfig = CONFIG,
): Promise<{ impact: Impact; plan: Plan; differences: Compared }> {
  return withFork(STAFF + sql, async (db) => {
    const catalog = await inspect(db);
    const plan = planFor(catalog, config);
    expect(plan.open).toEqual([]);
    const impact = await impactOfPlan(db, catalog, plan, { config: parseConfig(config) });
    const differences = compared(impact, await bruteForce(db, plan, relations, USERS, ["app.shop_id"]));
    return { impact, plan, differences };
  });
}

const TENANT = "nullif(current_setting('app.shop_id', true), '')::uuid";
const HYBRID = `coalesce(${TENANT}, (auth.jwt() -> 'app_metadata' ->> 'shop_id')::uuid)`;
const exact = { missed: [], invented: [], untold: 0 };

test("a plain tenant policy that reads the variable, else the claim", async () => {
  const { impact, differences } = await tried(`create policy shop on docs using (shop_id = ${HYBRID})`, [
    "public.docs",
  ]);
  expect(differences).toMatchObject(exact);
  const [docs] = impact.relations;
  expect(impact.outcome).toBe("somebody changes");
  expect(docs).toMatchObject({ relation: "public.docs", rows: 40, groups: 3, touched: "directly" });
  // 4 has no claim, 5 reads the other shop's rows instead of its own, 6 raises; without variables all three are as before
  expect(
    docs?.changes.map(({ change, standing, reason, users }) => [change, standing, reason?.kind, users.ids]),
  ).toEqual([
    ["would raise", "with", "malformed claim", [uuid(6)]],
    ["loses all", "with", "no claim", [uuid(4)]],
    ["loses all", "with", "other value", [uuid(5)]],
  ]);
});
