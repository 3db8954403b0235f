import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadConfig, type Config } from "../../src/config.ts";
import { project } from "../support/cli.ts";
import { hasPseudoTerminals, KEY, onTerminal, type Step } from "../support/pseudo-terminal.ts";

const claim = (name: string): string => `(auth.jwt() -> 'app_metadata' ->> '${name}')`;
const hybrid = (name: string): string => `coalesce(nullif(current_setting('app.${name}', true), ''), ${claim(name)})`;
const ORG = `org_id = ${hybrid("org_id")}::uuid`;

/**
 * A project with one question of each kind: a variable of psql, a session variable that nothing explains, a policy that
 * reads a variable and no claim, rule sets, and a role whose live row is known by the trigger that copies it.
 */
const SQL = `
create table public.staff (id uuid primary key, user_id uuid unique references auth.users, org_id uuid not null,
  role text not null, status text not null default 'active' check (status in ('active', 'left')));
create table public.slip (id uuid primary key, org_id uuid not null, till text, paid boolean, made_by name default :'MAKER');
alter table public.slip enable row level security;
create function public.sync() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  if new.status = 'active' then
    update auth.users set raw_app_meta_data = coalesce(raw_app_meta_data, '{}') || jsonb_build_object('org_id', new.org_id, 'staff_role', new.role)
    where id = new.user_id;
  end if;
  return new;
end $$;
create trigger sync after insert or update on public.staff for each row execute function public.sync();
create policy slip_read on public.slip for select to authenticated using (${ORG});
create policy slip_write on public.slip for update to authenticated
  using (${ORG} and ${hybrid("staff_role")} in ('boss', 'cashier')) with check (${ORG} and ${hybrid("staff_role")} = 'boss');
create policy slip_new on public.slip for insert to authenticated with check (auth.uid() is not null);
create policy slip_till on public.slip for delete to authenticated using (till = current_setting('app.till', true));
`;

const VARIABLE: Step = ["Which value has :MAKER?", ["till", KEY.enter]];
const CLAIM: Step = ["Which claim replaces app.till?", ["app_metadata.till", KEY.enter]];
const LIVE_ROW = "Where do policies read app_metadata.staff_role from?";

/** The config that `init` writes after these answers, and what it showed. */
async function configAfter(steps: readonly Step[]): Promise<{ code: number | null; shown: string; config: Config }> {
  const dir = project({ "migrations/0001_a.sql": SQL });
  const { code, shown } = await onTerminal(["init", dir], { steps });
  if (code !== 0) throw new Error(`exit ${code}\n${shown}`);
  const loaded = await loadConfig(dir, join(dir, "rlsmith.config.ts"));
  if (!loaded) throw new Error("no config was written");
  return { code, shown, config: loaded.config };
}

describe.skipIf(!hasPseudoTerminals())("the questions of init on a terminal", () => {
  test("each answer is in the config: the live row too", async () => {
    const { config, shown } = await configAfter([
      VARIABLE,
      CLAIM,
      ["How should it", [KEY.down, KEY.enter]],
      ["slip_till", [KEY.enter]],
      ["Why?", ["the till is in the token", KEY.enter]],
      ["Rule initplan", ["y"]],
      [LIVE_ROW, [KEY.down, KEY.enter]],
    ]);
    expect(config.migrations?.variables).toEqual({ MAKER: "till" });
    expect(config.context["app.till"]).toMatchObject({ claim: "app_metadata.till" });
    expect(config.sessionOnly).toMatchObject([
      { policy: "public.slip.slip_till", decision: "claim", reason: "the till is in the token" },
    ]);
    expect(config.rules.initplan).toBe("all");
    expect(config.rules.liveRole).toEqual({
      setting: "app.staff_role",
      relation: "public.staff",
      userColumn: "user_id",
      roleColumn: "role",
      active: "status = 'active'",
    });
    // the price stands above the question
    expect(shown.indexOf("demoted member")).toBeGreaterThan(-1);
    expect(shown.indexOf("demoted member")).toBeLessThan(shown.indexOf(LIVE_ROW));
    expect(shown).toContain("app.staff_role is looked up in public.staff for each statement");
  });

  test("the token is the answer of Enter; one answer for all policies, and an empty one leaves a variable open", async () => {
    const { config } = await configAfter([
      VARIABLE,
      ["Which claim replaces app.till?", [KEY.enter]],
      ["How should it", [KEY.enter]],
      ["Why, for all of them?", ["one reason for all", KEY.enter]],
      ["Rule initplan", [KEY.enter]],
      [LIVE_ROW, [KEY.enter]],
    ]);
    expect(config.context["app.till"]).toBe("open");
    expect(config.sessionOnly).toMatchObject([{ decision: "claim", reason: "one reason for all" }]);
    expect(config.rules.initplan).toBe("touched");
    expect(config.rules.liveRole).toBeUndefined();
  });

  test("Esc leaves each question open, and the claim in the token", async () => {
    const { config } = await configAfter([
      VARIABLE,
      ["Which claim replaces app.till?", [KEY.escape]],
      ["How should it", [KEY.escape]],
      ["Rule initplan", [KEY.escape]],
      [LIVE_ROW, [KEY.escape]],
    ]);
    expect(config.context["app.till"]).toBe("open");
    expect(config.sessionOnly).toMatchObject([{ policy: "public.slip.slip_till", decision: "open" }]);
    expect(config.rules.liveRole).toBeUndefined();
  });
});
