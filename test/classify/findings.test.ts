import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Finding } from "../../src/finding.ts";
import { describeLocation } from "../../src/finding.ts";
import { CLAIM, HYBRID, openLab, SETTING, using, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => lab?.close());

const findings = async (sql: string, code: string): Promise<[string, string][]> =>
  (await lab.analyse(sql)).findings
    .filter((one: Finding) => one.code === code)
    .map((one): [string, string] => [describeLocation(one.at), one.severity]);

const POLICY = using(`auth.uid() is not null and casino_id = ${HYBRID}`);

const cases: { code: string; yes: string; at: [string, string][]; no: string }[] = [
  {
    code: "rls-off-with-policies",
    yes: `alter table slip disable row level security; ${POLICY}`,
    at: [["public.slip", "error"]],
    no: POLICY,
  },
  {
    code: "rls-without-policies",
    yes: "drop table staff, note, casino;",
    at: [["public.slip", "info"]],
    no: `drop table staff, note, casino; ${POLICY}`,
  },
  {
    code: "partition-without-rls",
    yes: `create table event (casino_id uuid, at date) partition by range (at); alter table event enable row level security;
          create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');`,
    at: [["public.event_2025", "error"]],
    no: `create table event (casino_id uuid, at date) partition by range (at); alter table event enable row level security;
         create table event_2025 partition of event for values from ('2025-01-01') to ('2026-01-01');
         alter table event_2025 enable row level security;`,
  },
  {
    code: "view-without-security-invoker",
    yes: "create view open_slip as select * from slip; grant select on open_slip to authenticated;",
    at: [["public.open_slip", "warning"]],
    no: `create view open_slip with (security_invoker = true) as select * from slip; grant select on open_slip to authenticated;
         create view inner_slip as select * from slip; revoke all on inner_slip from public, anon, authenticated;`,
  },
  {
    code: "default-reads-variable",
    yes: `alter table slip alter casino_id set default ${SETTING};`,
    at: [["public.slip.casino_id", "warning"]],
    no: `alter table slip alter casino_id set default (${CLAIM});`,
  },
  {
    code: "fails-open",
    yes: using(`${SETTING} is null or casino_id = ${SETTING}`),
    at: [["public.slip / p", "error"]],
    no: POLICY,
  },
  {
    code: "bypass-flag",
    yes: using(`current_setting('app.bypass', true) = 'on' or casino_id = ${HYBRID}`),
    at: [["public.slip / p", "error"]],
    no: POLICY,
  },
  {
    code: "permissive-always-false",
    yes: using(`casino_id = ${HYBRID} and false`),
    at: [["public.slip / p", "warning"]],
    no: "create policy p on slip as restrictive for delete using (false);",
  },
  {
    code: "user-metadata-decides-access",
    yes: using("casino_id = (auth.jwt() -> 'user_metadata' ->> 'casino_id')::uuid"),
    at: [["public.slip / p", "error"]],
    no: POLICY,
  },
  {
    code: "policy-for-bypassing-role",
    yes: "create policy p on slip for select to service_role using (true);",
    at: [["public.slip / p", "info"]],
    no: "create policy p on slip for select to service_role, authenticated using (true);",
  },
  {
    code: "tenancy-from-unprotected-relation",
    yes: `alter table casino disable row level security; ${using("exists (select from casino c where c.id = slip.casino_id)")}`,
    at: [["public.slip / p", "error"]],
    no: using("exists (select from casino c where c.id = slip.casino_id)"),
  },
  {
    code: "caller-chooses-context",
    yes: `${POLICY} create function app.set_context(p_casino uuid) returns text language sql as $f$ select set_config('app.casino_id', p_casino::text, true) $f$;
          create function app.start(p_id uuid) returns void language plpgsql security definer as $f$ begin perform app.set_context(p_id); end $f$;`,
    at: [
      ["app.set_context(p_casino uuid)", "warning"],
      ["app.start(p_id uuid)", "warning"],
    ],
    // a look-up of the caller, a variable that no policy reads, nobody who may call it
    no: `${POLICY}
         create function app.start() returns void language plpgsql as $f$ declare v uuid; begin
           select casino_id into v from staff where user_id = auth.uid(); perform set_config('app.casino_id', v::text, true); end $f$;
         create function app.trace(p text) returns text language sql as $f$ select set_config('app.correlation_id', p, true) $f$;
         create function app.set_context(p_casino uuid) returns text language sql as $f$ select set_config('app.casino_id', p_casino::text, true) $f$;
         revoke all on function app.set_context(uuid) from public, anon, authenticated;`,
  },
  {
    code: "setting-name-made-at-run-time",
    yes: "create function app.put(k text, v text) returns text language sql as $f$ select set_config(k, v, true) $f$;",
    at: [["app.put(k text, v text)", "warning"]],
    no: "create function app.put(v text) returns text language sql as $f$ select set_config('app.x', v, true) $f$;",
  },
  {
    code: "definer-without-search-path",
    yes: `create function app.tenant() returns uuid language sql security definer as $f$ select ${SETTING} $f$;`,
    at: [["app.tenant()", "warning"]],
    no: `create function app.tenant() returns uuid language sql security definer set search_path = '' as $f$ select ${SETTING} $f$;`,
  },
  {
    code: "opaque-function",
    yes: `create function app.may(k text) returns boolean language sql as $f$ select current_setting(k, true) = 'on' $f$; ${using("app.may('app.x')")}`,
    at: [["app.may(k text)", "warning"]],
    no: `create function app.may() returns boolean language sql as $f$ select current_setting('app.x', true) = 'on' $f$; ${using("app.may()")}`,
  },
];

describe.each(cases)("$code", ({ code, yes, at, no }) => {
  test("is found", async () => {
    expect(await findings(yes, code)).toEqual(at);
  });
  test("is not found where it is not", async () => {
    expect(await findings(no, code)).toEqual([]);
  });
});

test("a role that is not in the catalog", async () => {
  const { catalog } = await lab.analyse("create policy p on slip for select to authenticated using (true);");
  const { analyseCatalog } = await import("./support.ts");
  const gone = { ...catalog, roles: catalog.roles.filter((role) => role.name !== "authenticated") };
  expect(analyseCatalog(gone).findings.filter(({ code }) => code === "policy-for-missing-role")).toHaveLength(1);
});

test("the same fact has the same fingerprint in every run, and no two facts share one", async () => {
  const sql = `${using(`${SETTING} is null or casino_id = ${SETTING}`)} create view v as select * from slip; grant select on v to anon;`;
  const first = (await lab.analyse(sql)).findings.map(({ fingerprint }) => fingerprint);
  const second = (await lab.analyse(sql)).findings.map(({ fingerprint }) => fingerprint);
  expect(second).toEqual(first);
  expect(new Set(first).size).toBe(first.length);
});
