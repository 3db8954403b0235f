import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { UserConfig } from "../../src/config.ts";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { touchedRelations } from "../../src/plan/touched.ts";
import { renderMigration } from "../../src/plan/migration.ts";
import { silent } from "../../src/progress.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { rehearse, type Rehearsal } from "../../src/rehearse/rehearse.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedBase, withFork } from "../support/fork.ts";
import { planFor } from "../support/plan.ts";

/** A small shop with what makes rows hard: enums, domains, CHECKs, composite, self and circular keys, generated columns, a sync trigger, partitions. */
const SCHEMA = `
  create type kind as enum ('small', 'large');
  create domain price as numeric(8,2) check (value > 0 and value < 1000);
  create domain code as text check (value ~ '^[A-Z]{3}-[0-9]{2}$');
  create table org (id uuid primary key, name text not null unique, main_site uuid);
  create table site (id uuid primary key, org_id uuid not null references org, parent uuid references site, unique (org_id, id));
  alter table org add foreign key (main_site) references site (id);
  create table member (
    id uuid primary key, org_id uuid not null references org, user_id uuid not null references auth.users, role text not null check (role in ('boss', 'clerk')),
    status text not null default 'active', created_at timestamptz not null default now()
  );
  create table "Item" (
    "Id" bigint generated always as identity primary key, org_id uuid not null, site_id uuid not null, kind kind not null, price price not null, code code not null,
    qty int not null check (qty between 5 and 8), sold int not null, check (sold <= qty), label varchar(6) not null unique,
    total numeric generated always as (qty * 2) stored, starts date not null, ends date, check (ends >= starts), tags text[] not null, extra jsonb not null,
    foreign key (org_id, site_id) references site (org_id, id)
  );
  create table event (id uuid not null, org_id uuid not null references org, at date not null, primary key (id, at)) partition by range (at);
  create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
  create function sync() returns trigger language plpgsql security definer set search_path = '' as $$ begin
    update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', new.org_id, 'role_name', new.role) where id = new.user_id;
    return new; end $$;
  create trigger sync after insert or update on member for each row execute function sync();
`;
const ORG =
  "coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";
const POLICIES = `
  alter table org enable row level security; alter table site enable row level security; alter table member enable row level security;
  alter table "Item" enable row level security; alter table event enable row level security;
  create policy org_read on org for select to authenticated using (id = ${ORG});
  create policy site_all on site to authenticated using (org_id = ${ORG});
  create policy member_read on member for select to authenticated using (org_id = ${ORG} and status = 'active');
  create policy item_read on "Item" for select to authenticated using (org_id = ${ORG});
  create policy item_write on "Item" for update to authenticated using (org_id = ${ORG}) with check (org_id = ${ORG});
  create policy item_add on "Item" for insert to authenticated
    with check (org_id = ${ORG} and coalesce(nullif(current_setting('app.role_name', true), ''), auth.jwt() -> 'app_metadata' ->> 'role_name') = 'boss');
  create policy event_all on event to authenticated using (exists (select from member m where m.org_id = event.org_id and m.user_id = auth.uid()));
`;
const CONFIG: UserConfig = {
  context: {
    "app.org_id": { claim: "app_metadata.org_id", type: "uuid" },
    "app.role_name": { claim: "app_metadata.role_name", type: "text" },
  },
};

let shop: Scratch;
beforeAll(async () => {
  shop = await (await sharedBase()).fork();
  await shop.db.exec(SCHEMA + POLICIES);
});
afterAll(async () => shop.close());

/** Rehearse the shop's plan, with the up file and the plan changed as a test wants. */
async function run(
  given: { sql?: string; config?: UserConfig; up?: (text: string) => string; plan?: (plan: Plan) => Plan } = {},
): Promise<Rehearsal> {
  const work = async (_: Db, base: Scratch): Promise<Rehearsal> => {
    const catalog: Catalog = await inspect(base.db);
    const config = given.config ?? CONFIG;
    const made = planFor(catalog, config);
    const plan = given.plan ? given.plan(made) : made;
    const migration = renderMigration(plan, { ownTransaction: true, rollbackFile: "down.sql" });
    return rehearse({
      base,
      catalog,
      plan,
      migration: given.up ? { ...migration, up: given.up(migration.up) } : migration,
      ownTransaction: true,
      inspect,
      replan: (after) => planFor(after, config),
      touched: touchedRelations(plan),
      unrehearsed: () => null,
      progress: silent,
    });
  };
  return withFork(given.sql ?? "", work, shop);
}

const unannounced = (rehearsal: Rehearsal): string[] =>
  (rehearsal.access?.differences ?? [])
    .filter((d) => d.announcedBy === null)
    .map((d) => `${d.regime} ${d.persona} ${d.statement} ${d.relation}`);

test("a hybrid project passes: rows everywhere, no unannounced difference, the hole is closed", async () => {
  const rehearsal = await run();
  const { access } = rehearsal;
  expect(access?.relations.notFilled).toEqual([]);
  const filled = access?.relations.filled.filter((name) => name.startsWith("public.")).toSorted();
  expect(filled).toEqual(['public."Item"', "public.event", "public.member", "public.org", "public.site"]);
  expect(unannounced(rehearsal)).toEqual([]);
  expect(access?.crossTenant.readsBefore).toBeGreaterThan(0);
  expect(access?.crossTenant.writesBefore).toBeGreaterThan(0);
  expect(access?.crossTenant.after).toBe(0);
  expect(rehearsal.rounds.map((round) => round.differences)).toEqual([[], [], [], [], [], []]);
  expect(rehearsal).toMatchObject({ passed: true, readsLeft: 0, stepsLeft: 0 });
});

describe("planted defects are found", () => {
  test("a policy that became looser", async () => {
    const rehearsal = await run({
      up: (text) => text.replace(/commit;\s*$/, `alter policy member_read on public.member using (true);\ncommit;`),
    });
    expect(rehearsal.passed).toBe(false);
    // the down file restores member_read only as the plan saw it, so the second round says it as well
    expect(rehearsal.rounds.some((round) => round.error !== null || round.differences.length > 0)).toBe(true);
  });

  test("looser in a way that up and down cannot see", async () => {
    const rehearsal = await run({
      plan: (plan) => ({
        ...plan,
        steps: plan.steps.map((step) => ({
          ...step,
          up: step.up.map((sql) => sql.replace(/(alter policy item_read[^]*using \()[^]*\)$/, "$1true)")),
        })),
        policies: plan.policies.map((o) =>
          o.before.name === "item_read" ? { ...o, after: o.after.map((p) => ({ ...p, using: "true" })) } : o,
        ),
      }),
    });
    expect(unannounced(rehearsal)).toContain("with A's boss SELECT Item");
    expect(rehearsal.access?.crossTenant.after).toBeGreaterThan(0);
    expect(rehearsal.passed).toBe(false);
  });

  test("all members locked out by a claim from the wrong path", async () => {
    const wrong = (text: string): string => text.replaceAll("-> 'app_metadata' ->> 'org_id'", "->> 'org_id'");
    const rehearsal = await run({
      plan: (plan) => ({
        ...plan,
        steps: plan.steps.map((step) => ({ ...step, up: step.up.map(wrong) })),
        policies: plan.policies.map((o) => ({
          ...o,
          after: o.after.map((p) => ({ ...p, using: p.using && wrong(p.using), check: p.check && wrong(p.check) })),
        })),
      }),
    });
    expect(unannounced(rehearsal)).toContain("with A's boss SELECT Item");
    expect(rehearsal.passed).toBe(false);
  });

  test("a policy that recurses after the change", async () => {
    const recursing = "(org_id in (select m.org_id from public.member m))";
    const rehearsal = await run({
      plan: (plan) => ({
        ...plan,
        steps: plan.steps.map((step) => ({
          ...step,
          up: step.up.map((sql) => sql.replace(/(alter policy member_read[^]*using )[^]*$/, `$1${recursing}`)),
        })),
        policies: plan.policies.map((o) =>
          o.before.name === "member_read" ? { ...o, after: o.after.map((p) => ({ ...p, using: recursing })) } : o,
        ),
      }),
    });
    const recursed = rehearsal.access?.differences.filter(
      (d) => d.after.kind === "error" && d.after.sqlstate === "42P17" && d.announcedBy === null,
    );
    expect(recursed?.length).toBeGreaterThan(0);
    expect(rehearsal.passed).toBe(false);
  });
});

describe("announced differences", () => {
  test("where every statement failed before and no variable is read, no difference is said to follow a token", async () => {
    const { access, passed } = await run({
      sql: `
        create table place (id uuid primary key, owner uuid not null references auth.users);
        create table guest (place_id uuid not null references place, person uuid not null references auth.users, primary key (place_id, person));
        alter table place enable row level security; alter table guest enable row level security;
        create policy place_read on place for select to authenticated
          using (exists (select from guest g where g.place_id = place.id and g.person = auth.uid()));
        create policy guest_read on guest for select to authenticated
          using (exists (select from place p where p.id = guest.place_id and p.owner = auth.uid()));`,
      config: { ...CONFIG, rules: { breakRecursion: true } },
    });
    const here = access?.differences.filter(({ relation }) => relation === "place" || relation === "guest") ?? [];
    expect(here.some(({ regime, before }) => regime === "foreign" && before.kind === "error")).toBe(true);
    // neither policy reads a variable
    expect(here.filter(({ announcedBy }) => announcedBy?.includes("variable"))).toEqual([]);
    expect(passed).toBe(true);
  });

  const sessionOnly =
    "create policy member_add on member for insert to authenticated with check (org_id = nullif(current_setting('app.org_id', true), '')::uuid)";

  test("a session-only policy that the claim opens is looser without context, and says so", async () => {
    const rehearsal = await run({
      sql: sessionOnly,
      config: { ...CONFIG, sessionOnly: [{ policy: "*", decision: "claim", reason: "forgotten fallback" }] },
    });
    const looser = rehearsal.access?.differences.filter(
      (d) => d.relation === "member" && d.statement === "INSERT own tenant" && d.regime === "without",
    );
    expect(looser?.length).toBeGreaterThan(0);
    expect(looser?.map((d) => d.announcedBy)).toEqual(
      looser?.map(() => "`app.org_id` had no claim to fall back on: forgotten fallback"),
    );
    expect(rehearsal.passed).toBe(true);
  });

  test("the same change without its announcement does not pass", async () => {
    const rehearsal = await run({
      sql: sessionOnly,
      config: { ...CONFIG, sessionOnly: [{ policy: "*", decision: "claim", reason: "forgotten fallback" }] },
      plan: (plan) => ({ ...plan, announced: [] }),
    });
    expect(unannounced(rehearsal)).toContain("without A's boss INSERT own tenant member");
    expect(rehearsal.passed).toBe(false);
  });
});

test("a relation that cannot be filled is named with the reason", async () => {
  const rehearsal = await run({
    sql: `create table odd (id uuid primary key, org_id uuid not null references org, n int not null check (n = 3 and n = 4));
      alter table odd enable row level security; create policy odd_read on odd for select to authenticated using (org_id = ${ORG})`,
  });
  expect(rehearsal.access?.relations.notFilled).toEqual([
    { schema: "public", relation: "odd", reason: expect.stringMatching(/^23514 /) },
  ]);
});
