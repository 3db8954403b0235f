import { expect, test } from "vitest";
import { exitOfPlan, exitOfRehearsal } from "../../src/cli/exit.ts";
import { parseConfig, type UserConfig } from "../../src/config.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { planCatalog } from "../../src/pipeline/plan.ts";
import { provePlan } from "../../src/pipeline/prove-plan.ts";
import { rehearsePlan } from "../../src/pipeline/rehearse.ts";
import type { Rehearsal } from "../../src/rehearse/rehearse.ts";
import { withFork } from "../support/fork.ts";

const ORG =
  "org_id = coalesce(nullif(current_setting('app.org_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid)";

const table = (name: string, more = ""): string => `
  create table public.${name} (id uuid primary key, org_id uuid not null ${more});
  alter table public.${name} enable row level security;
  create policy p on public.${name} for select to authenticated using (${ORG});`;

const MAPPED: UserConfig = { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } };
const CONFIG = parseConfig(MAPPED, "test");

const rehearsed = async (sql: string, config: UserConfig = {}): Promise<Rehearsal> =>
  withFork(sql, async (db, fork) => {
    const given = parseConfig({ ...MAPPED, ...config }, "test");
    const catalog = await inspect(db);
    return rehearsePlan(fork, catalog, planCatalog(catalog, given), given);
  });

test("a relation of the plan that takes no row is no tick, until the config answers", async () => {
  const sql = table("docs") + table("never", "check (org_id is null)");
  const open = await rehearsed(sql);
  expect(open.notCompared).toMatchObject([{ kind: "not filled", relation: "public.never", accepted: null }]);
  expect({ passed: open.passed, exit: exitOfRehearsal(open) }).toEqual({ passed: false, exit: 3 });
  const answered = await rehearsed(sql, { unrehearsed: { "public.nev*": "it is filled by the import alone" } });
  expect(answered.notCompared).toMatchObject([{ accepted: "it is filled by the import alone" }]);
  expect({ passed: answered.passed, exit: exitOfRehearsal(answered) }).toEqual({ passed: true, exit: 0 });
});

test("a relation that the plan does not touch may stay empty", async () => {
  const sql = `${table("docs")} create table public.other (id uuid primary key, check (id is null));`;
  const run = await rehearsed(sql);
  expect({ missing: run.notCompared, exit: exitOfRehearsal(run) }).toEqual({ missing: [], exit: 0 });
});

test("without privileges every statement fails alike, which shows nothing", async () => {
  const run = await rehearsed(`${table("docs")} revoke all on public.docs from anon, authenticated, service_role;`);
  // manual, appendix A: 42501 is insufficient_privilege
  expect(run.notCompared).toMatchObject([
    { kind: "only errors", relation: "public.docs", sqlstates: expect.arrayContaining(["42501"]) },
  ]);
  expect(exitOfRehearsal(run)).toBe(3);
});

test("the row of a user that a trigger on auth.users makes is taken as one of the user's tenant", async () => {
  const run = await rehearsed(`
    create table public.profiles (id uuid primary key references auth.users on delete cascade, org_id uuid);
    create function public.handle_new_user() returns trigger language plpgsql security definer set search_path = ''
      as $$ begin insert into public.profiles (id) values (new.id); return new; end $$;
    create trigger on_auth_user_created after insert on auth.users for each row execute function public.handle_new_user();
    alter table public.profiles enable row level security;
    create policy p on public.profiles for select to authenticated using (${ORG});`);
  expect(run.access?.relations.notFilled).toEqual([]);
  expect(run.access?.crossTenant.readsBefore).toBeGreaterThan(0);
  expect({ passed: run.passed, exit: exitOfRehearsal(run) }).toEqual({ passed: true, exit: 0 });
});

test("where no relation takes a row, each is named and can be answered", async () => {
  const sql = table("never", "check (org_id is null)");
  const open = await rehearsed(sql);
  expect(open.access?.cells).toBe(0);
  expect(open.notCompared).toMatchObject([{ kind: "not filled", relation: "public.never", accepted: null }]);
  expect(exitOfRehearsal(open)).toBe(3);
  const answered = await rehearsed(sql, { unrehearsed: { "public.never": "nothing is kept there yet" } });
  expect({ passed: answered.passed, exit: exitOfRehearsal(answered) }).toEqual({ passed: true, exit: 0 });
});

test("without a rehearsal a proof that compared nothing ends with 3 all the same", async () => {
  const provedOn = async (sql: string): Promise<number> =>
    withFork(sql, async (db) => {
      const catalog = await inspect(db);
      const { plan } = planCatalog(catalog, CONFIG);
      return exitOfPlan(await provePlan(db, catalog, plan), null);
    });
  expect(await provedOn(`${table("docs")} grant select on public.docs to authenticated;`)).toBe(0);
  expect(await provedOn(`${table("docs")} revoke all on public.docs from anon, authenticated, service_role;`)).toBe(3);
});
