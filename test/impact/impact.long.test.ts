import { expect, test } from "vitest";
import type { UserConfig } from "../../src/config.ts";
import { parseConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { parseTokens, type Impact } from "../../src/impact/index.ts";
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
  { id: null, role: "anon", claims: { role: "anon" }, variables: [] },
];

/** The impact of moving these policies to claims, and its comparison with what trying the plan shows. */
async function tried(
  sql: string,
  relations: readonly string[],
  config: UserConfig = CONFIG,
  users: Tried[] = USERS,
): Promise<{ impact: Impact; plan: Plan; differences: Compared }> {
  return withFork(STAFF + sql, async (db) => {
    const catalog = await inspect(db);
    const plan = planFor(catalog, config);
    expect(plan.open).toEqual([]);
    const impact = await impactOfPlan(db, catalog, plan, { config: parseConfig(config) });
    const differences = compared(impact, await bruteForce(db, plan, relations, users, ["app.shop_id"]));
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

test("two policies that compare one column, of which the rows are found by the values that it is compared with", async () => {
  const { impact, differences } = await tried(
    `create policy shop on docs for select using (shop_id = ${HYBRID});
     create policy own on docs for select to authenticated using (shop_id = (select auth.uid()));
     update docs set shop_id = owner_id where id > 30`,
    ["public.docs"],
  );
  expect(differences).toMatchObject(exact);
  // the rows of the shop are lost, and those of the own id are not
  expect(impact.relations[0]?.changes.map(({ change, users }) => [change, users.ids])).toContainEqual([
    "loses some",
    [uuid(4)],
  ]);
});

test("a policy that reads the variable alone: requests without it gain rows, and members without the claim lose them", async () => {
  const { impact, differences } = await tried(`create policy shop on docs for select using (shop_id = ${TENANT})`, [
    "public.docs",
  ]);
  expect(differences).toMatchObject(exact);
  const gains = impact.relations[0]?.changes.filter(({ change }) => change === "gains");
  expect(gains?.map(({ standing, reason }) => [standing, reason?.kind])).toEqual([["without", "variable empty"]]);
  // all but 4, who has no claim, and 6, whose claim raises an error
  expect(gains?.[0]?.users.ids).toEqual([1, 2, 3, 5, 7, 8].map(uuid));
});

test("rows without a tenant, and a fence", async () => {
  const { differences } = await tried(
    `create policy shop on docs using (shop_id is null or shop_id = ${HYBRID});
     create policy fence on docs as restrictive using (owner_id <> auth.uid());`,
    ["public.docs"],
  );
  expect(differences).toMatchObject(exact);
});

test.each([
  ["sql", "language sql stable as $$ select HYBRID $$"],
  ["a body of its own", "language sql stable return HYBRID"],
  ["plpgsql", "language plpgsql stable as $$ begin return HYBRID; end $$"],
])("a helper that the plan changes: %s", async (_, definition) => {
  const { differences, plan } = await tried(
    `create function shop() returns uuid ${definition.replace("HYBRID", HYBRID)};
     create policy shop on docs using (shop_id = shop());`,
    ["public.docs"],
  );
  expect(plan.steps.map(({ object }) => object.kind)).toContain("function");
  expect(differences).toMatchObject({ missed: [], invented: [] });
  expect(differences.found).toBeGreaterThan(2);
});

test("a child table whose policy reads the parent: it loses what the parent loses", async () => {
  const { impact, differences } = await tried(
    `create table lines (id int primary key, doc_id int);
     insert into lines select n, n % 40 + 1 from generate_series(1, 80) n;
     alter table lines enable row level security;
     grant select on lines to authenticated, anon;
     create policy shop on docs using (shop_id = ${HYBRID});
     create policy doc on lines using (exists (select from docs d where d.id = lines.doc_id));`,
    ["public.docs", "public.lines"],
  );
  expect(differences).toMatchObject({ missed: [], invented: [] });
  const lines = impact.relations.find(({ relation }) => relation === "public.lines");
  expect(lines).toMatchObject({ touched: "through others", rows: 80 });
  expect(lines?.changes.map(({ change, users }) => [change, users.ids])).toEqual([
    ["loses all", [uuid(4)]],
    ["loses all", [uuid(5)]],
  ]);
  // an error inside a sub-query depends on the rows that its plan visits
  expect(lines?.untold).toEqual([
    { because: { kind: "may raise", sqlstate: "22P02" }, users: { total: 1, ids: [uuid(6)] } },
  ]);
});

test("a definer function reads past the policies of what it reads", async () => {
  const { differences } = await tried(
    `alter table staff enable row level security;
     create policy own on staff using (shop_id = ${HYBRID});
     create function works_at(shop uuid) returns boolean language sql stable security definer set search_path = '' as
       $$ select exists (select from public.staff s where s.user_id = auth.uid() and s.shop_id = shop) $$;
     create policy shop on docs using (works_at(shop_id) and shop_id = ${HYBRID});`,
    ["public.docs", "public.staff"],
  );
  expect(differences).toMatchObject(exact);
});

test.each([
  ["its owner's rows", "", ""],
  ["the rows of whoever asks", "with (security_invoker)", ""],
  ["a helper in it", "", "where shop_id = shop()"],
])("a view in a sub-query: %s", async (_, options, where) => {
  const { differences } = await tried(
    `alter table staff enable row level security;
     create policy own on staff using (shop_id = ${HYBRID});
     create function shop() returns uuid language sql stable as $$ select ${HYBRID} $$;
     create view people ${options} as select id, shop_id from staff ${where};
     grant select on people to authenticated, anon;
     create policy shop on docs using (exists (select from people p where p.shop_id = docs.shop_id));`,
    ["public.docs", "public.staff"],
  );
  expect(differences).toMatchObject({ missed: [], invented: [] });
});

test("no user's change is called none where a policy writes: the transaction is read-only, and requests are not", async () => {
  const { impact } = await tried(
    `create table seen (at timestamptz);
     grant insert on seen to authenticated, anon;
     create function note() returns boolean language plpgsql as $$ begin insert into public.seen values (now()); return true; end $$;
     create policy shop on docs using (note() and shop_id = ${HYBRID});`,
    ["public.docs"],
  );
  expect(impact.outcome).toBe("cannot be told");
  expect(impact.relations[0]?.untold.map(({ because }) => because)).toEqual([
    { kind: "raised", at: "policies", sqlstate: "25006" },
  ]);
});

test.each([
  ["whole row", "(docs.*)::text like '%x%' or", { kind: "whole row" }],
  ["system column", "docs.tableoid is null or", { kind: "system column", column: "tableoid" }],
  ["session", "session_user = 'postgres' or", { kind: "session value", name: "session_user" }],
  ["random", "random() > 2 or", { kind: "volatile function", name: "random" }],
])("what a record of columns, or another session, cannot stand for: %s", async (_, condition, because) => {
  const { impact } = await tried(`create policy shop on docs using (${condition} shop_id = ${HYBRID})`, [
    "public.docs",
  ]);
  expect(impact.outcome).toBe("cannot be told");
  expect(impact.relations[0]?.untold).toMatchObject([{ because }, ...(impact.relations[0]?.untold.slice(1) ?? [])]);
});

test("without a known source of the claims, requests with variables cannot be told: the token is no evidence", async () => {
  const { claimsSync: _, ...config } = CONFIG;
  const { impact, differences } = await tried(
    `create policy shop on docs using (shop_id = ${HYBRID})`,
    ["public.docs"],
    config,
  );
  expect(impact.variablesFrom).toBeNull();
  expect(impact.outcome).toBe("cannot be told");
  expect(impact.relations[0]?.untold).toEqual([
    { because: { kind: "variables unknown" }, users: { total: 8, ids: [1, 2, 3, 4, 5, 6, 7, 8].map(uuid) } },
  ]);
  expect(differences.missed).toEqual([]);
});

test("a file of tokens takes the place of auth.users, and says what the application sets", async () => {
  const request = (n: number, claims: object): string =>
    JSON.stringify({
      claims: { sub: uuid(n), role: "authenticated", ...claims },
      variables: { "app.shop_id": shopOf(n) },
    });
  const file = [
    request(1, { app_metadata: { shop_id: uuid(101) } }),
    request(4, {}),
    JSON.stringify({ sub: uuid(2), role: "authenticated", app_metadata: { shop_id: uuid(100) } }),
  ].join("\n");
  const { claimsSync: _, ...config } = CONFIG;
  await withFork(`${STAFF} create policy shop on docs using (shop_id = ${HYBRID})`, async (db) => {
    const catalog = await inspect(db);
    const options = { config: parseConfig(config), tokens: parseTokens(file) };
    const impact = await impactOfPlan(db, catalog, planFor(catalog, config), options);
    expect(impact).toMatchObject({ usersFrom: "tokens", outcome: "somebody changes" });
    expect(impact.relations[0]?.changes.map(({ change, users }) => [change, users.ids])).toEqual([
      ["loses all", [uuid(4)]],
    ]);
    expect(impact.relations[0]?.untold.map(({ because, users }) => [because.kind, users?.ids])).toEqual([
      ["variables unknown", [uuid(2)]],
    ]);
  });
});

test.each(["", "no json", "[1]", '{"sub": 1}\n"x"', '[{"n": 12345678901234567890}]'])(
  "a file of tokens is refused: %s",
  (text) => {
    expect(() => parseTokens(text)).toThrow(expect.objectContaining({ code: "BAD_TOKENS" }));
  },
);

test("a sample says so, gives its bound, and is never an all-clear", async () => {
  await withFork(`${STAFF} create policy shop on docs using (shop_id = ${HYBRID}); analyze;`, async (db) => {
    const catalog = await inspect(db);
    const impact = await impactOfPlan(db, catalog, planFor(catalog, CONFIG), {
      config: parseConfig(CONFIG),
      sampleAbove: 20,
    });
    const [docs] = impact.relations;
    expect(docs?.sample).toMatchObject({ ofRows: 40, rows: docs?.rows });
    expect(docs?.untold.map(({ because }) => because.kind)).toEqual(["sample"]);
    expect(impact.outcome).not.toBe("nobody changes");
  });
});

test("a login that row security binds is told so", async () => {
  await withFork(
    `${STAFF} create policy shop on docs using (shop_id = ${HYBRID}); alter table docs force row level security;`,
    async (db) => {
      const catalog = await inspect(db);
      await db.exec(
        "do $$ begin if not exists (select from pg_roles where rolname = 'impact_bound') then create role impact_bound; end if; end $$",
      );
      await db.exec(
        "grant authenticated, anon to impact_bound; grant usage on schema auth to impact_bound; grant select on all tables in schema public, auth to impact_bound; set session authorization impact_bound",
      );
      const impact = await impactOfPlan(db, catalog, planFor(catalog, CONFIG), { config: parseConfig(CONFIG) });
      expect(impact.outcome).toBe("cannot be told");
      expect(impact.relations[0]?.untold.map(({ because }) => because.kind)).toEqual(["login is bound"]);
      await db.exec("reset session authorization");
    },
  );
});

test("a plan that is in force, or was made for other policies, is refused", async () => {
  await withFork(`${STAFF} create policy shop on docs using (shop_id = ${HYBRID})`, async (db) => {
    const catalog = await inspect(db);
    const plan = planFor(catalog, CONFIG);
    for (const step of plan.steps) for (const statement of step.up) await db.exec(statement);
    await expect(impactOfPlan(db, await inspect(db), plan, { config: parseConfig(CONFIG) })).rejects.toMatchObject({
      code: "TARGET_DIFFERS",
      list: ["public.docs.shop"],
    });
  });
});

test("nothing is written, and no value of a row or token is in the result", async () => {
  await withFork(`${STAFF} create policy shop on docs using (shop_id = ${HYBRID})`, async (db) => {
    const catalog = await inspect(db);
    await db.exec("set default_transaction_read_only = on");
    const impact = await impactOfPlan(db, catalog, planFor(catalog, CONFIG), { config: parseConfig(CONFIG) });
    expect(impact.outcome).toBe("somebody changes");
    const text = JSON.stringify(impact);
    for (const secret of ["no uuid", "@example.com", "text 1", uuid(100), uuid(101)])
      expect(text).not.toContain(secret);
    await db.exec("set default_transaction_read_only = off");
  });
});

test("a claim that is JSON's null is not one that is missing, and 1.0 is not 1", async () => {
  const users = USERS.map((one): Tried => {
    const claims = (metadata: object): object => ({ sub: one.id, role: "authenticated", app_metadata: metadata });
    if (one.id === uuid(4)) return { ...one, claims: claims({ shop_id: null, level: 1 }) };
    return one.id === uuid(8) ? { ...one, claims: claims({ level: 2 }) } : one;
  });
  const { differences } = await tried(
    `update auth.users set raw_app_meta_data = '{"shop_id": null, "level": 1}' where id = '${uuid(4)}';
     update auth.users set raw_app_meta_data = '{"level": 2}' where id = '${uuid(8)}';
     create policy shop on docs using (
       shop_id = ${HYBRID} or ((auth.jwt() -> 'app_metadata' -> 'shop_id') is null and ${TENANT} is null)
       or (auth.jwt() -> 'app_metadata' ->> 'level') = '1.0');`,
    ["public.docs"],
    CONFIG,
    users,
  );
  expect(differences).toMatchObject({ missed: [], invented: [] });
});

test("a function that computes the claims of tokens is called for every user", async () => {
  const hook = (body: string): string =>
    `create function token(event jsonb) returns jsonb language plpgsql stable as $$ ${body} $$;
     grant execute on function token to supabase_auth_admin;
     create policy shop on docs using (shop_id = ${HYBRID});`;
  const fromStaff = `begin
    return jsonb_set(event, '{claims,app_metadata}', jsonb_build_object('shop_id',
      (select s.shop_id from public.staff s where s.user_id = (event ->> 'user_id')::uuid)));
  end`;
  const { impact } = await tried(hook(fromStaff), ["public.docs"]);
  expect(impact).toMatchObject({ usersFrom: "auth.users and hook", outcome: "nobody changes", untold: [] });

  const failing = await tried(hook("begin raise 'claims of %', event; end"), ["public.docs"]);
  expect(failing.impact.untold).toEqual([{ kind: "hook not called", hook: "public.token", sqlstate: "P0001" }]);
});

test("what takes too long is not called the same", async () => {
  const sql = `${STAFF} create policy shop on docs using (pg_sleep(0.1)::text = 'x' or shop_id = ${HYBRID});`;
  await withFork(sql, async (db) => {
    const catalog = await inspect(db);
    const options = { config: parseConfig(CONFIG), statementTimeout: 150 };
    const impact = await impactOfPlan(db, catalog, planFor(catalog, CONFIG), options);
    expect(impact.outcome).toBe("cannot be told");
    expect(impact.relations[0]?.untold.map(({ because }) => because.kind)).toEqual(["statement timeout"]);
  });
});

test("a token with a role that the database does not have is not called the same", async () => {
  await withFork(`${STAFF} create policy shop on docs using (shop_id = ${HYBRID});`, async (db) => {
    const catalog = await inspect(db);
    const tokens = parseTokens(JSON.stringify({ claims: { sub: uuid(1), role: "nowhere" }, variables: {} }));
    const impact = await impactOfPlan(db, catalog, planFor(catalog, CONFIG), { config: parseConfig(CONFIG), tokens });
    expect(impact).toMatchObject({ outcome: "cannot be told", untold: [{ kind: "no role", role: "nowhere" }] });
  });
});
