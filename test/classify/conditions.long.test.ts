import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FindingCode } from "../../src/codes/index.ts";
import { describeLocation } from "../../src/finding.ts";
import { openLab, SETTING, type Lab } from "./support.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
  await lab.analyse("create role ledger_owner; create role ledger_user; create role ledger_reader;");
});
afterAll(async () => lab?.close());

const GRANTS = `grant select, insert, update, delete on all tables in schema public to authenticated;`;

const on = (relation: string, expression: string, rest = "for select to authenticated"): string =>
  `create policy p on ${relation} ${rest} using (${expression});`;

/** SQL that leads to the finding at the places, and SQL that does not lead to it. */
interface Kind {
  code: FindingCode;
  yes: Record<string, [sql: string, ...at: string[]]>;
  no: Record<string, string>;
}

const LEDGER = (force: string, owner: string): string => `
  create schema ledger; grant usage, create on schema ledger to ledger_owner, ledger_user;
  create table ledger.person (id uuid primary key, org_id uuid not null);
  create table ledger.entry (id uuid primary key, org_id uuid not null);
  alter table ledger.person enable row level security; alter table ledger.person ${force} row level security;
  alter table ledger.entry enable row level security;
  grant select on ledger.person, ledger.entry to ledger_user;
  create function ledger.my_org() returns uuid language sql stable security definer set search_path = '' as
    $f$ select p.org_id from ledger.person p where p.id = nullif(current_setting('app.person_id', true), '')::uuid $f$;
  create policy person_org on ledger.person using (org_id = ledger.my_org());
  create policy entry_org on ledger.entry to ledger_user using (org_id = ledger.my_org());
  alter table ledger.person owner to ledger_owner; alter function ledger.my_org() owner to ${owner};`;

const KINDS: Kind[] = [
  {
    // Each of these raises 42P17, and none of the clean ones does: test/pg/recursion.test.ts asks PostgreSQL.
    code: "policy-recursion",
    yes: {
      itself: [on("staff", "exists (select from staff s where s.user_id = auth.uid())"), "public.staff / p"],
      mutual: [
        `${on("casino", "exists (select from staff s where s.casino_id = casino.id)")}
         ${on("staff", "exists (select from casino c where c.id = staff.casino_id)")}`,
        "public.casino / p",
      ],
      "in a sub-query of a sub-query": [
        on("note", "slip_id in (select s.id from slip s where s.casino_id in (select t.casino_id from staff t))") +
          on("staff", "exists (select from note n where n.id = staff.id)"),
        "public.note / p",
      ],
      "through a view of the invoker": [
        `create view crew with (security_invoker = true) as select * from staff;
         ${on("staff", "exists (select from crew c where c.user_id = auth.uid())")}`,
        "public.staff / p",
      ],
    },
    no: {
      "one way":
        on("note", "exists (select from slip s where s.id = note.slip_id)") + on("slip", "owner_id = auth.uid()"),
      "a view of an owner who bypasses row security": `create view crew as select * from staff;
        ${on("staff", "exists (select from crew c where c.user_id = auth.uid())")}`,
      "the way back is for another role": `${on("casino", "exists (select from staff s where s.casino_id = casino.id)")}
        ${on("staff", "exists (select from casino c where c.id = staff.casino_id)", "for select to anon")}`,
    },
  },
  {
    // Measured on PostgreSQL 15: 54001 for each, and rows for each of the clean ones.
    code: "helper-recursion",
    yes: {
      "the owner is bound by FORCE": [LEDGER("force", "ledger_owner"), "ledger.my_org()"],
      "the helper runs as its caller": [
        `create function app.my_casino() returns uuid language sql stable as
           $f$ select s.casino_id from public.staff s where s.user_id = auth.uid() $f$;
         ${on("staff", "casino_id = app.my_casino()")}`,
        "app.my_casino()",
      ],
      "in PL/pgSQL, behind another function": [
        `create function app.inner_casino() returns uuid language plpgsql stable as
           $f$ begin return (select s.casino_id from public.staff s where s.user_id = auth.uid()); end $f$;
         create function app.my_casino() returns uuid language plpgsql stable as $f$ begin return app.inner_casino(); end $f$;
         ${on("staff", "casino_id = app.my_casino() or role = 'guest'")}`,
        "app.my_casino()",
      ],
      "two relations and two helpers": [
        `create function app.my_slips() returns setof uuid language sql stable as $f$ select s.id from public.slip s $f$;
         create function app.my_notes() returns setof uuid language sql stable as $f$ select n.slip_id from public.note n $f$;
         ${on("note", "slip_id in (select app.my_slips())")} ${on("slip", "id in (select app.my_notes())")}`,
        "app.my_slips()",
        "app.my_notes()",
      ],
    },
    no: {
      "the owner of a table without FORCE": LEDGER("no force", "ledger_owner"),
      "an owner that bypasses row security": LEDGER("force", "current_user"),
      // The helper reads rows of the caller alone, which the first branch lets through before the call.
      "rows that another branch lets through": `create function app.is_boss() returns boolean language sql stable as
          $f$ select exists (select from public.staff s where s.user_id = auth.uid() and s.role = 'boss') $f$;
        ${on("staff", "user_id = auth.uid() or app.is_boss()")}`,
      "a helper that reads another relation": `create function app.my_casino() returns uuid language sql stable as
          $f$ select s.casino_id from public.staff s where s.user_id = auth.uid() $f$;
        ${on("staff", "user_id = auth.uid()")} ${on("slip", "casino_id = app.my_casino()")}`,
    },
  },
  {
    // The printed expression names the relation to which PostgreSQL resolved the name.
    code: "captured-column",
    yes: {
      "a column beside itself": [
        on("slip", "exists (select from staff s where s.user_id = auth.uid() and s.casino_id = casino_id)"),
        "public.slip / p",
      ],
      "the object's name": [
        `create table job (id uuid primary key, owner uuid, name text);
         create policy job_files on storage.objects for select to authenticated using (bucket_id = 'job' and exists (
           select from job j where j.owner = auth.uid() and j.id::text = (storage.foldername(name))[1]));`,
        "storage.objects / job_files",
      ],
      "the object's name beside a column of a joined relation": [
        `create table firm (id uuid primary key, owner uuid); create table job (id uuid primary key, firm_id uuid, name text);
         create policy job_files on storage.objects for select to authenticated using (exists (
           select from job j join firm f on f.id = j.firm_id
           where f.owner = auth.uid() and f.id::text = (storage.foldername(name))[1]));`,
        "storage.objects / job_files",
      ],
      "id = id": [on("slip", "exists (select from note where id = id)"), "public.slip / p"],
      "the output is the row's own column": [
        on("slip", "owner_id in (select owner_id from staff where user_id = auth.uid())"),
        "public.slip / p",
      ],
    },
    no: {
      "is the caller a boss": on(
        "slip",
        "exists (select from staff s where s.user_id = auth.uid() and s.role = 'boss')",
      ),
      "a join of two relations inside": on(
        "note",
        "exists (select from slip s join casino c on c.id = s.casino_id where s.owner_id = auth.uid())",
      ),
      qualified: on(
        "slip",
        "exists (select from staff s where s.user_id = auth.uid() and s.casino_id = slip.casino_id)",
      ),
      "two columns of one row": on(
        "slip",
        "exists (select from staff s where s.id = s.user_id and s.user_id = auth.uid())",
      ),
      "the object's name, qualified": `create table job (id uuid primary key, owner uuid, name text);
        create policy job_files on storage.objects for select to authenticated using (exists (
          select from job j where j.owner = auth.uid() and j.id::text = (storage.foldername(objects.name))[1]));`,
      "an output column": on("slip", "casino_id in (select casino_id from staff where user_id = auth.uid())"),
    },
  },
  {
    code: "policy-reads-without-privilege",
    yes: {
      "a relation of the platform": [
        `${GRANTS} ${on("slip", "dept = (select u.email from auth.users u where u.id = auth.uid())")}`,
        "public.slip / p",
      ],
      "a relation of the project": [
        `grant select on slip to authenticated; ${on("slip", "exists (select from staff s where s.casino_id = slip.casino_id)")}`,
        "public.slip / p",
      ],
      "a function": [
        `${GRANTS} create function app.may() returns boolean language sql as $f$ select true $f$;
         revoke execute on function app.may() from public; ${on("slip", "owner_id = auth.uid() and app.may()")}`,
        "public.slip / p",
      ],
      "in a function of the caller": [
        `grant select on slip to authenticated; create function app.is_staff() returns boolean language sql stable as
           $f$ select exists (select from public.staff s where s.user_id = auth.uid()) $f$; ${on("slip", "app.is_staff()")}`,
        "public.slip / p",
      ],
      "a role of its own": [
        `grant select on slip to ledger_reader;
         ${on("slip", "casino_id in (select casino_id from staff)", "for select to ledger_reader")}`,
        "public.slip / p",
      ],
    },
    no: {
      "the role has the privilege": `${GRANTS} ${on("slip", "exists (select from staff s where s.casino_id = slip.casino_id)")}`,
      "the role may not read the relation of the policy either": on(
        "slip",
        "dept = (select u.email from auth.users u where u.id = auth.uid())",
      ),
      "some of the roles that PUBLIC covers": `grant select on slip, staff to authenticated; grant select on slip to anon;
        ${on("slip", "exists (select from staff s where s.casino_id = slip.casino_id)", "for select")}`,
      "privileges on columns": `grant select on slip to authenticated; grant select (casino_id) on staff to authenticated;
        ${on("slip", "exists (select from staff s where s.casino_id = slip.casino_id)")}`,
      "a SECURITY DEFINER function in between": `${GRANTS} create function app.mail() returns text language sql security definer
          set search_path = '' as $f$ select u.email from auth.users u where u.id = auth.uid() $f$; ${on("slip", "dept = app.mail()")}`,
    },
  },
  {
    code: "policy-sub-query-finds-nothing",
    yes: {
      "no policy": [`${GRANTS} ${on("slip", "casino_id in (select s.casino_id from staff s)")}`, "public.slip / p"],
      "a policy for another role": [
        `${GRANTS} create policy s on staff for select to anon using (true);
         ${on("slip", "exists (select from staff s where s.casino_id = slip.casino_id)")}`,
        "public.slip / p",
      ],
      "a policy for another command": [
        `${GRANTS} create policy s on staff for update to authenticated using (user_id = auth.uid());
         ${on("slip", "not exists (select from staff s where s.casino_id = slip.casino_id and s.status = 'closed')")}`,
        "public.slip / p",
      ],
      "the owner of a helper is bound by FORCE and no policy is for it": [
        LEDGER("force", "ledger_owner").replace(
          "person_org on ledger.person using",
          "person_org on ledger.person to ledger_user using",
        ),
        "ledger.entry / entry_org",
        "ledger.person / person_org",
      ],
    },
    no: {
      "the owner of a helper bypasses row security": LEDGER("force", "current_user"),
      "a policy for the role": `${GRANTS} create policy s on staff for select to authenticated using (user_id = auth.uid());
        ${on("slip", "casino_id in (select s.casino_id from staff s)")}`,
      "a policy FOR ALL to PUBLIC": `${GRANTS} create policy s on staff using (user_id = auth.uid());
        ${on("slip", "casino_id in (select s.casino_id from staff s)")}`,
      "no row security": `${GRANTS} alter table staff disable row level security;
        ${on("slip", "casino_id in (select s.casino_id from staff s)")}`,
    },
  },
  {
    code: "policy-without-expression",
    yes: {
      "FOR ALL": ["create policy p on slip to authenticated;", "public.slip / p"],
      restrictive: ["create policy p on slip as restrictive for select;", "public.slip / p"],
      "an UPDATE policy without USING": [
        "create policy p on slip for update to authenticated with check (owner_id = auth.uid());",
        "public.slip / p",
      ],
    },
    no: {
      "INSERT has no USING": "create policy p on slip for insert to authenticated with check (owner_id = auth.uid());",
      "USING alone": on("slip", "owner_id = auth.uid()", "for all to authenticated"),
    },
  },
  {
    code: "policy-adds-nothing",
    yes: {
      "beside true": [
        `create policy every on slip for select using (true); ${on("slip", "owner_id = auth.uid()")}`,
        "public.slip / p",
      ],
      "beside a part of its condition": [
        `create policy own on slip to authenticated using (owner_id = (select auth.uid()));
         ${on("slip", "owner_id = auth.uid() and open", "for update to authenticated")}`,
        "public.slip / p",
      ],
      "beside a wider OR": [
        `create policy o on slip for select to authenticated using (owner_id = auth.uid() or open); ${on("slip", "open")}`,
        "public.slip / p",
      ],
      "beside the same": [
        `${on("slip", "open")} create policy q on slip for select to authenticated using (open);`,
        "public.slip / q",
      ],
    },
    no: {
      "another role": `create policy every on slip for select to anon using (true); ${on("slip", "owner_id = auth.uid()")}`,
      "another command": `create policy every on slip for select using (true); ${on("slip", "owner_id = auth.uid()", "to authenticated")}`,
      restrictive: `create policy every on slip for select using (true);
        ${on("slip", "owner_id = auth.uid()", "as restrictive for select to authenticated")}`,
      "a WITH CHECK that is narrower": `create policy a on slip for update using (open) with check (false);
        create policy b on slip for update using (open and level > 1) with check (open);`,
    },
  },
  {
    code: "for-all-opens-writing",
    yes: {
      "a boolean column": [
        `${GRANTS} ${on("slip", "open or owner_id = auth.uid()", "to authenticated")}`,
        "public.slip / p",
      ],
      "a word": [
        `${GRANTS} ${on("slip", "owner_id = (select auth.uid()) or kind = 'public'", "to authenticated")}`,
        "public.slip / p",
      ],
      "rows of no tenant, with a WITH CHECK": [
        `${GRANTS} create policy p on slip to authenticated using (dept is null or casino_id = ${SETTING})
           with check (casino_id = ${SETTING});`,
        "public.slip / p",
      ],
    },
    no: {
      "FOR SELECT": `${GRANTS} ${on("slip", "open or owner_id = auth.uid()")}`,
      "no privilege for writing": `grant select on slip to authenticated; ${on("slip", "open or owner_id = auth.uid()", "to authenticated")}`,
      "in one tenant": `${GRANTS} ${on("slip", `casino_id = ${SETTING} and (open or owner_id = auth.uid())`, "to authenticated")}`,
      "a restrictive policy for writing": `${GRANTS} ${on("slip", "open or owner_id = auth.uid()", "to authenticated")}
        create policy w on slip as restrictive for delete using (owner_id = auth.uid());`,
    },
  },
  {
    code: "bypass-flag",
    yes: {
      "a word of its own": [
        on("slip", `casino_id = ${SETTING} or current_setting('app.agent', true) = 'yes-please'`, "to ledger_user"),
        "public.slip / p",
      ],
      presence: [
        on("slip", `casino_id = ${SETTING} or nullif(current_setting('app.sweep', true), '') is not null`),
        "public.slip / p",
      ],
      "presence alone": [on("slip", "current_setting('app.sweep', true) <> ''"), "public.slip / p"],
      "beside a login": [
        on("slip", "auth.uid() is not null and current_setting('app.mode', true) = 'repair'"),
        "public.slip / p",
      ],
      "in a helper": [
        `create function app.is_agent() returns boolean language sql stable as $f$ select current_setting('app.agent', true) = 'yes' || '!' $f$;
         ${on("slip", `casino_id = ${SETTING} or app.is_agent()`)}`,
        "public.slip / p",
      ],
    },
    no: {
      "beside a column": on("slip", `current_setting('app.mode', true) = 'repair' and casino_id = ${SETTING}`),
      "a restrictive policy limits the rows": `${on("slip", "nullif(current_setting('app.casino_id', true), '') is not null")}
        create policy q on slip as restrictive for select using (casino_id = ${SETTING});`,
      "a restrictive switch": on("slip", "current_setting('app.mode', true) = 'open'", "as restrictive for select"),
      "a role beside it": on("slip", "current_user = 'ledger_owner' and current_setting('app.mode', true) = 'repair'"),
    },
  },
  {
    // Measured on PostgreSQL 15: after SET LOCAL and COMMIT, current_setting(…, true) is ''.
    code: "presence-without-nullif",
    yes: {
      "IS NULL": [
        on("slip", "current_setting('app.casino_id', true) is null and owner_id = auth.uid()"),
        "public.slip / p",
      ],
      "IS NOT NULL": [
        on("slip", "current_setting('app.casino_id', true) is not null and owner_id = auth.uid()"),
        "public.slip / p",
      ],
      "in a helper": [
        `create function app.chosen() returns boolean language plpgsql stable as $f$
           declare v text := current_setting('app.casino_id', true); begin if v is null then return false; end if; return true; end $f$;
         ${on("slip", "app.chosen() and owner_id = auth.uid()")}`,
        "app.chosen()",
      ],
    },
    no: {
      NULLIF: on("slip", "nullif(current_setting('app.casino_id', true), '') is null and owner_id = auth.uid()"),
      "both states": on(
        "slip",
        "(current_setting('app.casino_id', true) is null or current_setting('app.casino_id', true) = '') and owner_id = auth.uid()",
      ),
      "a setting of the platform": on(
        "slip",
        "current_setting('request.jwt.claims', true) is not null and owner_id = auth.uid()",
      ),
    },
  },
  {
    // ''::uuid, ''::bigint and ''::jsonb raise 22P02.
    code: "cast-without-nullif",
    yes: {
      uuid: [on("slip", "casino_id = current_setting('app.casino_id', true)::uuid"), "public.slip / p"],
      integer: [on("slip", "level = (select current_setting('app.level', true)::int)"), "public.slip / p"],
      "in a helper": [
        `create function app.tenant() returns uuid language sql stable as $f$ select current_setting('app.casino_id', true)::uuid $f$;
         ${on("slip", "casino_id = app.tenant()")}`,
        "app.tenant()",
      ],
    },
    no: {
      NULLIF: on("slip", `casino_id = ${SETTING}`),
      "an error is meant": on("slip", "casino_id = current_setting('app.casino_id')::uuid"),
      text: on("slip", "dept = current_setting('app.dept', true)::text"),
      "a guard": on(
        "slip",
        "casino_id = case when current_setting('app.casino_id', true) <> '' then current_setting('app.casino_id', true)::uuid end",
      ),
    },
  },
  {
    code: "constant-tenant-fallback",
    yes: {
      COALESCE: [
        on("slip", `casino_id = coalesce(${SETTING}, '00000000-0000-0000-0000-000000000001'::uuid)`),
        "public.slip / p",
      ],
      "of a claim": [
        on("slip", "level = coalesce((auth.jwt() -> 'app_metadata' ->> 'level')::int, 1)"),
        "public.slip / p",
      ],
      CASE: [
        on(
          "slip",
          `casino_id = case when ${SETTING} is null then '00000000-0000-0000-0000-000000000001'::uuid else ${SETTING} end`,
        ),
        "public.slip / p",
      ],
      OR: [
        on(
          "slip",
          `casino_id = ${SETTING} or (${SETTING} is null and casino_id = '00000000-0000-0000-0000-000000000001'::uuid)`,
        ),
        "public.slip / p",
      ],
      "in a helper": [
        `create function app.tenant() returns uuid language sql stable as
           $f$ select coalesce(${SETTING}, '00000000-0000-0000-0000-000000000001'::uuid) $f$;
         ${on("slip", "casino_id = (select app.tenant())")}`,
        "public.slip / p",
      ],
    },
    no: {
      "another source": on(
        "slip",
        `casino_id = coalesce(${SETTING}, (auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid)`,
      ),
      "turned into NULL": on(
        "slip",
        "casino_id = nullif(coalesce(current_setting('app.casino_id', true), ''), '')::uuid",
      ),
      "a column's own default": on("slip", "coalesce(level, 1) = 1 and owner_id = auth.uid()"),
      "no column": on("slip", "owner_id = auth.uid() and coalesce(current_setting('app.mode', true), 'read') = 'read'"),
    },
  },
];

const places = async (sql: string, code: FindingCode): Promise<string[]> =>
  (await lab.analyse(`drop schema if exists ledger cascade; ${FILES} ${sql}`)).findings
    .filter((one) => one.code === code)
    .map((one) => describeLocation(one.at));

/** Policies of the platform's tables outlive the schemas of a case. */
const FILES = "drop policy if exists job_files on storage.objects;";

describe.each(KINDS)("$code", ({ code, yes, no }) => {
  test.each(Object.entries(yes))("%s", async (_, [sql, ...at]) => {
    expect((await places(sql, code)).toSorted()).toEqual(at.toSorted());
  });
  test.each(Object.entries(no))("not for: %s", async (_, sql) => {
    expect(await places(sql, code)).toEqual([]);
  });
});
