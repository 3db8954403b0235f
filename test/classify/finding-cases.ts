/** A project that has the finding at these places, or nowhere. */
interface Variant {
  name: string;
  sql: string;
  at: string[];
}

export interface FindingCase {
  code: string;
  found: Variant[];
  silent: Omit<Variant, "at">[];
}

const ORG = "(auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid";
const VARIABLE = "nullif(current_setting('app.org_id', true), '')::uuid";

/** A protected table with this condition for reading. */
const table = (name: string, more = "", read = `org_id = ${ORG}`): string =>
  `create table ${name} (id uuid primary key default gen_random_uuid(), org_id uuid not null${more});
   alter table ${name} enable row level security;
   create policy ${name}_read on ${name} for select to authenticated using (${read});`;

/** Roles live longer than a case: those of other cases are dropped first. */
const ROLES = `do $$ declare r text; begin
  for r in select rolname from pg_roles where rolname like 'case\\_%' loop
    execute format('drop owned by %1$I cascade; drop role %1$I', r);
  end loop;
end $$;`;

const MEMBER = (unique = ""): string =>
  `create table seat (id uuid primary key default gen_random_uuid(), person uuid not null, org_id uuid not null, role text, is_first boolean not null default false${unique});
   alter table seat enable row level security;
   create policy seat_own on seat for select to authenticated using (person = auth.uid());`;

const FOUNDER = (events: string): string =>
  `create table seat (club_id uuid, person uuid, primary key (club_id, person));
   alter table seat enable row level security;
   create policy seat_own on seat for select to authenticated using (person = auth.uid());
   create table club (id uuid primary key default gen_random_uuid(), title text, founder uuid default auth.uid());
   alter table club enable row level security;
   create function seat_founder() returns trigger language plpgsql security definer set search_path = '' as
   $f$ begin insert into public.seat (club_id, person) values (new.id, auth.uid()); return new; end $f$;
   create trigger founded ${events} on club for each row execute function seat_founder();
   create policy club_found on club for insert to authenticated with check (auth.uid() is not null);`;

const definer = (name: string, result: string, body: string, more = ""): string =>
  `create function ${name} returns ${result} language sql stable security definer set search_path = '' as $f$ ${body} $f$; ${more}`;

const writer = (name: string, result: string, body: string, more = ""): string =>
  `create function ${name} returns ${result} language sql security definer set search_path = '' as $f$ ${body} $f$; ${more}`;

const PARTS = `create table event (org_id uuid, at date) partition by range (at);
  alter table event enable row level security;
  create policy event_read on event for select to authenticated using (org_id = ${ORG});`;

export const FINDING_CASES: FindingCase[] = [
  {
    code: "table-without-rls",
    found: [
      {
        name: "a table with the tenant's column that authenticated may read",
        sql: `${table("doc")} create table doc_file (id uuid primary key, org_id uuid, path text); grant select on doc_file to authenticated;`,
        at: ["error public.doc_file"],
      },
      {
        name: "a plain project: the application's role reads and writes it",
        sql: `${ROLES} create role case_app login; create table doc (id int primary key, org_id uuid); alter table doc enable row level security;
              create policy p on doc to case_app using (org_id = ${VARIABLE}); create table line (id int primary key, org_id uuid);
              grant select, insert on doc, line to case_app;`,
        at: ["error public.line"],
      },
      {
        name: "no tenant's column, and every client may write",
        sql: `${table("doc")} create table setting (key text primary key, value text); grant select, insert, update on setting to anon;`,
        at: ["error public.setting"],
      },
      {
        name: "column grants alone",
        sql: `${table("doc")} create table doc_file (id uuid primary key, org_id uuid, path text); grant select (path) on doc_file to authenticated;`,
        at: ["error public.doc_file"],
      },
    ],
    silent: [
      {
        name: "no grant",
        sql: `${table("doc")} grant select on doc to authenticated; create table doc_file (id uuid primary key, org_id uuid);`,
      },
      {
        name: "a look-up table that everybody may read",
        sql: `${table("doc")} create table currency (code text primary key); grant select on currency to anon, authenticated;`,
      },
      {
        name: "a schema that requests may not use",
        sql: `${table("doc")} create table app.doc_file (id uuid primary key, org_id uuid); grant select on app.doc_file to authenticated;`,
      },
    ],
  },
  {
    code: "policy-always-true",
    found: [
      {
        name: "reading",
        sql: `${table("doc")} create policy open on doc for select to authenticated using (true);`,
        at: ["warning public.doc / open"],
      },
      {
        name: "deleting, TO PUBLIC",
        sql: `${table("doc")} create policy open on doc for delete using (1 = 1 or org_id is null);
              create policy also on doc for delete using (true);`,
        at: ["error public.doc / also", "error public.doc / open"],
      },
      {
        name: "WITH CHECK alone lets a row be moved",
        sql: `${table("doc")} create policy move on doc for update to authenticated using (org_id = ${ORG}) with check (true);`,
        at: ["error public.doc / move"],
      },
      {
        name: "inserting behind a grant by column",
        sql: `${table("doc", ", body text")} create policy add on doc for insert to authenticated with check (true); grant insert (org_id, body) on doc to authenticated;`,
        at: ["error public.doc / add"],
      },
      {
        name: "everybody who is signed in",
        sql: `${table("doc")} create policy known on doc for select using ((select auth.uid()) is not null);`,
        at: ["warning public.doc / known"],
      },
      {
        name: "the role of every signed-in user",
        sql: `${table("doc")} create policy known on doc for delete using (auth.role() = 'authenticated');`,
        at: ["error public.doc / known"],
      },
    ],
    silent: [
      {
        name: "staff of the platform, by a claim",
        sql: `${table("doc")} create policy staff on doc for select to authenticated using ((auth.jwt() -> 'app_metadata' ->> 'role') = 'platform');
              create policy server on doc for select using (auth.role() = 'service_role');`,
      },
      {
        name: "no owner's column",
        sql: `${table("doc")} create table currency (code text primary key); alter table currency enable row level security;
         create policy all_read on currency for select using (true);`,
      },
      {
        name: "a restrictive policy says whose",
        sql: `${table("doc")} create policy open on doc for select to authenticated using (true);
              create policy fence on doc as restrictive for all to authenticated using (org_id = ${ORG});`,
      },
      {
        name: "for a role that is not subject to policies",
        sql: `${table("doc")} create policy open on doc to service_role using (true);`,
      },
    ],
  },
  {
    code: "truncate-granted",
    found: [
      {
        name: "by name",
        sql: `${table("doc")} grant select, truncate on doc to authenticated;`,
        at: ["warning public.doc"],
      },
      {
        name: "by ALL, in another schema",
        sql: `${table("doc")} grant usage on schema app to authenticated; alter table doc set schema app; grant all on app.doc to authenticated;`,
        at: ["warning app.doc"],
      },
      { name: "to PUBLIC", sql: `${table("doc")} grant truncate on doc to public;`, at: ["warning public.doc"] },
    ],
    silent: [
      {
        name: "four commands by name",
        sql: `${table("doc")} grant select, insert, update, delete on doc to authenticated;`,
      },
      {
        name: "the former default grants of Supabase",
        sql: `${table("doc")} grant all on doc to anon, authenticated, service_role;`,
      },
      { name: "to a role of the server", sql: `${table("doc")} grant all on doc to service_role;` },
    ],
  },
  {
    code: "owner-not-forced",
    found: [
      {
        name: "a login owns the table and the policy is for PUBLIC",
        sql: `${ROLES} create role case_owner login; create table doc (id int, org_id uuid); alter table doc enable row level security;
              create policy p on doc using (org_id = ${VARIABLE}); grant create on schema public to case_owner; alter table doc owner to case_owner;`,
        at: ["warning public.doc"],
      },
      {
        name: "the role of the policy owns the table",
        sql: `${ROLES} create role case_app login; create table doc (id int, org_id uuid); alter table doc enable row level security;
              create policy p on doc to case_app using (org_id = ${VARIABLE}); grant create on schema public to case_app; alter table doc owner to case_app;`,
        at: ["warning public.doc"],
      },
      {
        name: "authenticated is a member of the owner",
        sql: `${ROLES} create role case_owner; grant case_owner to authenticated; ${table("doc")} grant create on schema public to case_owner; alter table doc owner to case_owner;`,
        at: ["warning public.doc"],
      },
    ],
    silent: [
      {
        name: "forced",
        sql: `${ROLES} create role case_app login; create table doc (id int, org_id uuid); alter table doc enable row level security; alter table doc force row level security;
              create policy p on doc to case_app using (org_id = ${VARIABLE}); grant create on schema public to case_app; alter table doc owner to case_app;`,
      },
      {
        name: "a login that migrates, and no policy is for it",
        sql: `${ROLES} create role case_migrates login; ${table("doc")} grant create on schema public to case_migrates; alter table doc owner to case_migrates;`,
      },
      { name: "the platform owns it", sql: table("doc") },
    ],
  },
  {
    code: "bypass-by-set-role",
    found: [
      {
        name: "directly",
        sql: `${ROLES} create role case_jobs bypassrls; grant case_jobs to authenticated;`,
        at: ["error database"],
      },
      {
        name: "by way of another role",
        sql: `${ROLES} create role case_root superuser; create role case_staff; grant case_root to case_staff; grant case_staff to anon;`,
        at: ["error database"],
      },
      {
        name: "from the role of a plain project",
        sql: `${ROLES} create role case_jobs bypassrls; create role case_app login; grant case_jobs to case_app; create table doc (id int, org_id uuid);
              alter table doc enable row level security; create policy p on doc to case_app using (org_id = ${VARIABLE});`,
        at: ["error database"],
      },
      {
        name: "WITH INHERIT FALSE, which SET ROLE does not need",
        sql: `${ROLES} create role case_jobs bypassrls; grant case_jobs to authenticated with inherit false;`,
        at: ["error database"],
      },
    ],
    silent: [
      {
        name: "WITH SET FALSE",
        sql: `${ROLES} create role case_jobs bypassrls; grant case_jobs to authenticated with set false;`,
      },
      {
        name: "the other way round",
        sql: `${ROLES} create role case_jobs bypassrls; grant authenticated to case_jobs;`,
      },
      {
        name: "PostgREST's login and the role of the server",
        sql: `${ROLES} ${table("doc")} grant select on doc to authenticated;`,
      },
    ],
  },
  {
    code: "rule-writes-as-owner",
    found: [
      {
        name: "an UPDATE by a number of the request's",
        sql: `${table("account", ", no int, total int")} ${table("tip", ", no int, amount int")}
              create rule counts as on insert to tip do also update account set total = total + new.amount where no = new.no;`,
        at: ["error public.tip"],
      },
      {
        name: "a DELETE",
        sql: `${table("account", ", no int")} ${table("closing", ", no int")} create rule closes as on insert to closing do also delete from account where no = new.no;`,
        at: ["error public.closing"],
      },
      {
        name: "an INSERT whose tenant is another column of the new row",
        sql: `${table("entry", ", body text")} ${table("wish", ", target uuid, body text")}
              create rule copies as on insert to wish do also insert into entry (org_id, body) values (new.target, new.body);`,
        at: ["error public.wish"],
      },
    ],
    silent: [
      {
        name: "the action compares the tenant",
        sql: `${table("account", ", no int, total int")} ${table("tip", ", no int, amount int")}
              create rule counts as on insert to tip do also update account set total = total + new.amount where no = new.no and org_id = new.org_id;`,
      },
      {
        name: "an INSERT with the tenant of the new row",
        sql: `${table("entry", ", body text")} ${table("wish", ", body text")} create rule copies as on insert to wish do also insert into entry (org_id, body) values (new.org_id, new.body);`,
      },
      { name: "it writes nothing", sql: `${table("tip")} create rule stops as on delete to tip do instead nothing;` },
    ],
  },
  {
    code: "select-narrower-than-write",
    found: [
      {
        name: "a boolean mark",
        sql: `${table("doc", ", gone boolean not null default false", `org_id = ${ORG} and gone = false`)} create policy change on doc for update to authenticated using (org_id = ${ORG});`,
        at: ["warning public.doc / change"],
      },
      {
        name: "a time of deletion, and WITH CHECK of its own",
        sql: `${table("doc", ", deleted_at timestamptz", `org_id = ${ORG} and deleted_at is null`)}
              create policy change on doc for update to authenticated using (org_id = ${ORG} and deleted_at is null) with check (org_id = ${ORG});`,
        at: ["warning public.doc / change"],
      },
      {
        name: "one policy for all commands with a wider WITH CHECK",
        sql: `create table doc (id int, org_id uuid, hidden boolean); alter table doc enable row level security;
              create policy every on doc to authenticated using (org_id = ${ORG} and not hidden) with check (org_id = ${ORG});`,
        at: ["warning public.doc / every"],
      },
      {
        name: "a word",
        sql: `${table("doc", ", state text", `org_id = ${ORG} and state = 'live'`)} create policy change on doc for update to authenticated using (org_id = ${ORG});`,
        at: ["info public.doc / change"],
      },
      {
        name: "a new row is hidden by its default",
        sql: `${table("doc", ", state text not null default 'draft'", `org_id = ${ORG} and state = 'live'`)} create policy add on doc for insert to authenticated with check (org_id = ${ORG});`,
        at: ["warning public.doc / add"],
      },
      {
        name: "a word of deletion",
        sql: `${table("doc", ", state text", `org_id = ${ORG} and state not in ('deleted', 'archived')`)} create policy change on doc for update to authenticated using (org_id = ${ORG});`,
        at: ["warning public.doc / change"],
      },
      {
        name: "a restrictive policy hides it",
        sql: `${table("doc", ", gone boolean")} create policy fence on doc as restrictive for select to authenticated using (coalesce(gone, false) = false);
              create policy change on doc for update to authenticated using (org_id = ${ORG});`,
        at: ["warning public.doc / change"],
      },
    ],
    silent: [
      {
        name: "another SELECT policy shows it",
        sql: `${table("doc", ", gone boolean", `org_id = ${ORG} and gone = false`)} create policy bin on doc for select to authenticated using (org_id = ${ORG});
              create policy change on doc for update to authenticated using (org_id = ${ORG});`,
      },
      {
        name: "the mark may not be written",
        sql: `${table("doc", ", gone boolean", `org_id = ${ORG} and gone = false`)} create policy change on doc for update to authenticated using (org_id = ${ORG} and gone = false);`,
      },
      {
        name: "a restrictive policy keeps the mark",
        sql: `${table("doc", ", gone boolean", `org_id = ${ORG} and gone = false`)} create policy change on doc for update to authenticated using (org_id = ${ORG});
              create policy keeps on doc as restrictive for update to authenticated using (true) with check (gone = false);`,
      },
    ],
  },
  {
    code: "row-hidden-after-insert",
    found: [
      {
        name: "IN, and a trigger fills the members",
        sql: `${FOUNDER("after insert")} create policy club_read on club for select to authenticated using (id in (select s.club_id from seat s where s.person = auth.uid()));`,
        at: ["warning public.club / club_found"],
      },
      {
        name: "EXISTS",
        sql: `${FOUNDER("after insert")} create policy club_read on club for select to authenticated using (exists (select from seat s where s.club_id = club.id and s.person = auth.uid()));`,
        at: ["warning public.club / club_found"],
      },
      {
        name: "a helper",
        sql: `${FOUNDER("after insert")} create function app.in_club(c uuid) returns boolean language sql stable security definer set search_path = ''
              as $f$ select exists (select from public.seat s where s.club_id = c and s.person = auth.uid()) $f$;
              create policy club_read on club for select to authenticated using (app.in_club(id));`,
        at: ["warning public.club / club_found"],
      },
    ],
    silent: [
      {
        name: "no trigger: the application inserts the member afterwards",
        sql: `${FOUNDER("after insert")} drop trigger founded on club;
              create policy club_read on club for select to authenticated using (id in (select s.club_id from seat s where s.person = auth.uid()));`,
      },
      {
        name: "the creator sees it as well",
        sql: `${FOUNDER("after insert")} create policy club_read on club for select to authenticated using (founder = auth.uid() or id in (select s.club_id from seat s where s.person = auth.uid()));`,
      },
      {
        name: "a second policy shows it",
        sql: `${FOUNDER("after insert")} create policy club_read on club for select to authenticated using (id in (select s.club_id from seat s where s.person = auth.uid()));
              create policy club_own on club for select to authenticated using (founder = auth.uid());`,
      },
      {
        name: "the membership is that of the tenant, which is there before",
        sql: `${MEMBER()} create table doc (id uuid primary key default gen_random_uuid(), org_id uuid); alter table doc enable row level security;
              create policy doc_read on doc for select to authenticated using (org_id in (select s.org_id from seat s where s.person = auth.uid()));
              create policy doc_add on doc for insert to authenticated with check (org_id in (select s.org_id from seat s where s.person = auth.uid()));`,
      },
    ],
  },
  {
    code: "write-without-select",
    found: [
      {
        name: "UPDATE",
        sql: `create table doc (id int, org_id uuid); alter table doc enable row level security; create policy change on doc for update to authenticated using (org_id = ${ORG});`,
        at: ["warning public.doc / change"],
      },
      {
        name: "the SELECT policy is for another role",
        sql: `${table("doc")} create policy remove on doc for delete to anon using (org_id is null);`,
        at: ["warning public.doc / remove"],
      },
      {
        name: "a restrictive SELECT policy shows nothing by itself",
        sql: `create table doc (id int, org_id uuid); alter table doc enable row level security; create policy fence on doc as restrictive for select to authenticated using (true);
              create policy remove on doc for delete to authenticated using (org_id = ${ORG});`,
        at: ["warning public.doc / remove"],
      },
    ],
    silent: [
      {
        name: "a SELECT policy for PUBLIC",
        sql: `create table doc (id int, org_id uuid); alter table doc enable row level security; create policy r on doc for select using (org_id = ${ORG}); create policy c on doc for update to authenticated using (org_id = ${ORG});`,
      },
      {
        name: "one policy for all commands",
        sql: `create table doc (id int, org_id uuid); alter table doc enable row level security; create policy every on doc to authenticated using (org_id = ${ORG});`,
      },
      {
        name: "INSERT, which needs none",
        sql: `create table doc (id int, org_id uuid); alter table doc enable row level security; create policy add on doc for insert to authenticated with check (org_id = ${ORG});`,
      },
    ],
  },
  {
    code: "subject-cast-to-uuid",
    found: [
      {
        name: "in one policy",
        sql: `create table todo (id int, person text); alter table todo enable row level security; create policy own on todo to authenticated using (auth.uid() is not null and person = (auth.jwt() ->> 'sub'));`,
        at: ["warning public.todo / own"],
      },
      {
        name: "in two policies of one table",
        sql: `create table todo (id int, person text, org_id text); alter table todo enable row level security; create policy own on todo for select to authenticated using (person = (select auth.jwt() ->> 'sub'));
              create policy known on todo for select to authenticated using (org_id = 'shared' and (select auth.uid()) is not null);`,
        at: ["warning public.todo / known"],
      },
      {
        name: "by helpers",
        sql: `create function app.subject() returns text language sql stable as $f$ select auth.jwt() ->> 'sub' $f$;
              create function app.known() returns boolean language sql stable as $f$ select auth.uid() is not null $f$;
              create table todo (id int, person text); alter table todo enable row level security; create policy own on todo to authenticated using (app.known() and person = app.subject());`,
        at: ["warning public.todo / own"],
      },
      {
        name: "a cast of the subject in another policy",
        sql: `create table todo (id int, person text, author uuid); alter table todo enable row level security; create policy own on todo for select to authenticated using (person = (auth.jwt() ->> 'sub'));
              create policy mine on todo for select to authenticated using (author = (auth.jwt() ->> 'sub')::uuid);`,
        at: ["warning public.todo / mine"],
      },
    ],
    silent: [
      {
        name: "text of auth.uid(), which is a uuid in any case",
        sql: `create table todo (id int, person text); alter table todo enable row level security; create policy own on todo to authenticated using (auth.uid() is not null and person = auth.uid()::text);`,
      },
      {
        name: "no auth.uid()",
        sql: `create table todo (id int, person text); alter table todo enable row level security; create policy own on todo to authenticated using (person = (auth.jwt() ->> 'sub'));`,
      },
      {
        name: "the subject as uuid",
        sql: `create table todo (id int, person uuid); alter table todo enable row level security; create policy own on todo to authenticated using (auth.uid() is not null and person = (auth.jwt() ->> 'sub')::uuid);`,
      },
    ],
  },
  {
    code: "legacy-claim-setting",
    found: [
      {
        name: "in a policy",
        sql: table("doc", "", "org_id = nullif(current_setting('request.jwt.claim.org_id', true), '')::uuid"),
        at: ["warning public.doc / doc_read"],
      },
      {
        name: "in a helper",
        sql: `create function app.me() returns uuid language sql stable as $f$ select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $f$; ${table("doc", "", "org_id = app.me()")}`,
        at: ["warning app.me()"],
      },
      {
        name: "in a default",
        sql: `${table("doc", ", author text default current_setting('request.jwt.claim.email', true)")}`,
        at: ["warning public.doc.author"],
      },
      {
        name: "a fallback to another setting that is not set either",
        sql: table(
          "doc",
          "",
          "org_id = coalesce(current_setting('request.jwt.claim.org_id', true), current_setting('request.jwt.claim.org', true))::uuid",
        ),
        at: ["warning public.doc / doc_read"],
      },
    ],
    silent: [
      {
        name: "the token as fallback",
        sql: table(
          "doc",
          "",
          "org_id = coalesce(nullif(current_setting('request.jwt.claim.org_id', true), ''), current_setting('request.jwt.claims', true)::jsonb ->> 'org_id')::uuid",
        ),
      },
      {
        name: "a helper with a fallback in IF",
        sql: `create function app.me() returns text language plpgsql stable as $f$ begin
                if current_setting('request.jwt.claim.sub', true) <> '' then return current_setting('request.jwt.claim.sub', true); end if;
                return current_setting('request.jwt.claims', true)::jsonb ->> 'sub'; end $f$; ${table("doc", "", "org_id = app.me()::uuid")}`,
      },
      {
        name: "the token alone",
        sql: table("doc", "", "org_id = (current_setting('request.jwt.claims', true)::jsonb ->> 'org_id')::uuid"),
      },
    ],
  },
  {
    code: "membership-picks-one",
    found: [
      {
        name: "LIMIT 1 in a policy",
        sql: `${MEMBER()} ${table("doc", "", "org_id = (select s.org_id from seat s where s.person = auth.uid() limit 1)")}`,
        at: ["warning public.doc / doc_read"],
      },
      {
        name: "a helper in SQL, whose result is the first row",
        sql: `${MEMBER()} create function app.org() returns uuid language sql stable security definer set search_path = '' as $f$ select org_id from public.seat where person = auth.uid() $f$; ${table("doc", "", "org_id = app.org()")}`,
        at: ["warning app.org()"],
      },
      {
        name: "SELECT INTO in PL/pgSQL, with ORDER BY",
        sql: `${MEMBER()} create function app.org() returns uuid language plpgsql stable security definer set search_path = '' as $f$ declare v uuid; begin
                select s.org_id into v from public.seat s where s.person = auth.uid() order by s.is_first desc; return v; end $f$; ${table("doc", "", "org_id = app.org()")}`,
        at: ["warning app.org()"],
      },
      {
        name: "a token hook",
        sql: `${MEMBER()} create function app.hook(event jsonb) returns jsonb language plpgsql stable as $f$ declare m record; begin
                select s.org_id, s.role into m from public.seat s where s.person = (event ->> 'user_id')::uuid order by s.id desc limit 1;
                return jsonb_set(event, '{claims,org_id}', to_jsonb(m.org_id)); end $f$;`,
        at: ["warning app.hook(event jsonb)"],
      },
      {
        name: "the least of them",
        sql: `${MEMBER()} create function app.org() returns text language sql stable security definer set search_path = '' as $f$ select min(org_id::text) from public.seat where person = auth.uid() $f$; ${table("doc", "", "org_id = app.org()::uuid")}`,
        at: ["warning app.org()"],
      },
      {
        name: "the first element of an array",
        sql: `${MEMBER()} ${table("doc", "", "org_id = (select (array_agg(s.org_id order by s.id))[1] from seat s where s.person = auth.uid())")}`,
        at: ["warning public.doc / doc_read"],
      },
    ],
    silent: [
      {
        name: "the user is unique",
        sql: `${MEMBER(", unique (person)")} ${table("doc", "", "org_id = (select s.org_id from seat s where s.person = auth.uid() limit 1)")}`,
      },
      {
        name: "one row of each user is marked, by a unique index",
        sql: `${MEMBER()} create unique index on seat (person) where is_first; ${table("doc", "", "org_id = (select s.org_id from seat s where s.person = auth.uid() and s.is_first limit 1)")}`,
      },
      {
        name: "the tenant is named as well",
        sql: `${MEMBER(", unique (org_id, person)")} create function app.role_in(o uuid) returns text language sql stable security definer set search_path = '' as $f$ select role from public.seat where person = auth.uid() and org_id = o $f$; ${table("doc", "", "app.role_in(org_id) is not null")}`,
      },
      {
        name: "all rows",
        sql: `${MEMBER()} ${table("doc", "", "org_id in (select s.org_id from seat s where s.person = auth.uid())")}`,
      },
      {
        name: "EXISTS with a needless LIMIT",
        sql: `${MEMBER()} ${table("doc", "", "exists (select 1 from seat s where s.person = auth.uid() and s.org_id = doc.org_id limit 1)")}`,
      },
      {
        name: "STRICT, which raises an error",
        sql: `${MEMBER()} create function app.org() returns uuid language plpgsql stable security definer set search_path = '' as $f$ declare v uuid; begin select s.org_id into strict v from public.seat s where s.person = auth.uid(); return v; end $f$; ${table("doc", "", "org_id = app.org()")}`,
      },
    ],
  },
  {
    code: "definer-returns-rows",
    found: [
      {
        name: "a search by pattern",
        sql: `${table("doc", ", name text")} ${definer("find(q text)", "setof public.doc", "select * from public.doc d where d.name ilike '%' || q || '%'")}`,
        at: ["error public.find(q text)"],
      },
      {
        name: "the tenant is the caller's word",
        sql: `${table("doc", ", name text")} ${definer("names(o uuid)", "table (name text)", "select d.name from public.doc d where d.org_id = o")}`,
        at: ["error public.names(o uuid)"],
      },
      {
        name: "JSON, in PL/pgSQL, by way of a function that it calls",
        sql: `${table("doc", ", name text")} create function app.inner_names() returns setof text language sql stable set search_path = '' as $f$ select d.name from public.doc d $f$;
              create function all_names() returns jsonb language plpgsql security definer set search_path = '' as $f$ begin return (select jsonb_agg(n) from app.inner_names() n); end $f$;`,
        at: ["error public.all_names()"],
      },
      {
        name: "a card by its key",
        sql: `${table("doc", ", name text")} ${definer("card(p uuid)", "public.doc", "select * from public.doc d where d.id = p")}`,
        at: ["info public.card(p uuid)"],
      },
    ],
    silent: [
      {
        name: "it reads the claim",
        sql: `${table("doc", ", name text")} ${definer("find(q text)", "setof public.doc", `select * from public.doc d where d.name ilike q and d.org_id = ${ORG}`)}`,
      },
      {
        name: "it reads the claim by a helper",
        sql: `${table("doc")} create function app.org() returns uuid language sql stable as $f$ select ${ORG} $f$; ${definer("mine()", "setof public.doc", "select * from public.doc d where d.org_id = app.org()")}`,
      },
      {
        name: "EXECUTE is revoked",
        sql: `${table("doc")} ${definer("every()", "setof public.doc", "select * from public.doc", "revoke execute on function every() from public, anon, authenticated;")}`,
      },
      {
        name: "SECURITY INVOKER",
        sql: `${table("doc")} create function every() returns setof public.doc language sql stable as $f$ select * from public.doc $f$;`,
      },
      {
        name: "one value",
        sql: `${table("doc", ", slug text")} ${definer("is_taken(s text)", "boolean", "select exists (select from public.doc d where d.slug = s)")}`,
      },
      {
        name: "what a policy lets everybody read",
        sql: `${table("doc", ", is_public boolean", `is_public or org_id = ${ORG}`)} ${definer("published()", "setof public.doc", "select * from public.doc d where d.is_public")}`,
      },
      {
        name: "a schema that requests may not use",
        sql: `${table("doc")} ${definer("app.every()", "setof public.doc", "select * from public.doc")}`,
      },
    ],
  },
  {
    code: "definer-writes-rows",
    found: [
      {
        name: "void, the tenant is the caller's word",
        sql: `${table("doc", ", name text")} ${writer("rename(o uuid)", "void", "update public.doc set name = 'x' where org_id = o")}`,
        at: ["error public.rename(o uuid)"],
      },
      {
        name: "void, in PL/pgSQL, without a schema in the name",
        sql: `${table("doc")} create function purge() returns void language plpgsql security definer as $f$ begin delete from doc; end $f$;`,
        at: ["error public.purge()"],
      },
      {
        name: "a new row of the tenant that an argument names, and its key as the result",
        sql: `${table("doc", ", name text")} ${writer("add(o uuid, n text)", "uuid", "insert into public.doc (org_id, name) values (o, n) returning id")}`,
        at: ["error public.add(o uuid, n text)"],
      },
      {
        name: "an INSERT without a list of columns",
        sql: `${table("doc")} ${writer("add(o uuid)", "void", "insert into public.doc values (default, o)")}`,
        at: ["error public.add(o uuid)"],
      },
      {
        name: "a function that it calls, and a procedure",
        sql: `${table("doc")} create function app.inner_purge() returns void language sql set search_path = '' as $f$ delete from public.doc $f$;
              create procedure purge() language plpgsql security definer set search_path = '' as $f$ begin perform app.inner_purge(); end $f$;`,
        at: ["error public.purge()"],
      },
      {
        name: "EXECUTE of a constant, and TRUNCATE",
        sql: `${table("doc")} create function purge() returns void language plpgsql security definer as $f$ begin execute 'truncate public.doc'; end $f$;`,
        at: ["error public.purge()"],
      },
      {
        name: "through a view of its owner",
        sql: `${table("doc", ", name text")} create view app.docs as select * from public.doc; ${writer("rename()", "void", "update app.docs set name = 'x'")}`,
        at: ["error public.rename()"],
      },
      {
        name: "MERGE, and INSERT … ON CONFLICT DO UPDATE",
        sql: `${table("doc", ", name text")} ${writer("one(p uuid)", "void", "merge into public.doc d using (select p as id) s on d.id = s.id when matched then delete")}
              ${writer("two(p uuid)", "void", "insert into public.doc (id, org_id) values (p, p) on conflict (id) do update set name = 'x'")}`,
        at: ["error public.one(p uuid)", "error public.two(p uuid)"],
      },
      {
        name: "a row by its key",
        sql: `${table("doc", ", name text")} ${writer("rename(p uuid)", "void", "update public.doc set name = 'x' where id = p")}`,
        at: ["warning public.rename(p uuid)"],
      },
      {
        name: "a row that is no tenant's",
        sql: `create table log (id bigint generated always as identity primary key, line text); alter table log enable row level security;
              ${writer("note(l text)", "void", "insert into public.log (line) values (l)")}`,
        at: ["warning public.note(l text)"],
      },
      {
        name: "what one role may do itself, and another may not",
        sql: `create table letter (id uuid primary key default gen_random_uuid(), line text); alter table letter enable row level security;
              grant insert on letter to authenticated; create policy letter_send on letter for insert to authenticated with check (true);
              ${writer("send(l text)", "void", "insert into public.letter (line) values (l)")}`,
        at: ["warning public.send(l text)"],
      },
    ],
    silent: [
      {
        name: "it compares the tenant with the claim",
        sql: `${table("doc", ", name text")} ${writer("rename()", "void", `update public.doc set name = 'x' where org_id = ${ORG}`)}`,
      },
      {
        name: "EXECUTE is revoked",
        sql: `${table("doc")} ${writer("purge()", "void", "delete from public.doc", "revoke execute on function purge() from public, anon, authenticated;")}`,
      },
      {
        name: "SECURITY INVOKER",
        sql: `${table("doc")} create function purge() returns void language sql as $f$ delete from public.doc $f$;`,
      },
      {
        name: "it reads only",
        sql: `${table("doc")} ${definer("is_taken(p uuid)", "boolean", "select exists (select from public.doc d where d.id = p)")}`,
      },
      {
        name: "a table without row security",
        sql: `create table log (line text); ${writer("note(l text)", "void", "insert into public.log (line) values (l)")}`,
      },
      {
        name: "a trigger function",
        sql: `${table("doc")} create function purge() returns trigger language plpgsql security definer as $f$ begin delete from public.doc; return new; end $f$;`,
      },
      {
        name: "a schema that requests may not use",
        sql: `${table("doc")} ${writer("app.purge()", "void", "delete from public.doc")}`,
      },
      {
        name: "what every role may do itself",
        sql: `create table letter (id uuid primary key default gen_random_uuid(), line text); alter table letter enable row level security;
              grant insert on letter to anon, authenticated; create policy letter_send on letter for insert to anon, authenticated with check (true);
              ${writer("send(l text)", "void", "insert into public.letter (line) values (l)")}`,
      },
    ],
  },
  {
    code: "immutable-reads-request",
    found: [
      {
        name: "a claim, in PL/pgSQL",
        sql: `create function app.org() returns uuid language plpgsql immutable as $f$ begin return ${ORG}; end $f$; ${table("doc", "", "org_id = app.org()")}`,
        at: ["error app.org()"],
      },
      {
        name: "a variable",
        sql: `create function app.org() returns uuid language sql immutable as $f$ select ${VARIABLE} $f$; ${table("doc", "", "org_id = app.org()")}`,
        at: ["error app.org()"],
      },
      {
        name: "by a function that it calls; no policy calls it",
        sql: `create function app.org() returns uuid language sql stable as $f$ select ${ORG} $f$; create function app.label() returns text language sql immutable as $f$ select 'org ' || app.org() $f$;`,
        at: ["warning app.label()"],
      },
    ],
    silent: [
      {
        name: "STABLE",
        sql: `create function app.org() returns uuid language sql stable as $f$ select ${ORG} $f$; ${table("doc", "", "org_id = app.org()")}`,
      },
      {
        name: "arguments alone",
        sql: `create function app.short(v text) returns text language sql immutable as $f$ select left(v, 8) $f$;`,
      },
      {
        name: "the token is an argument",
        sql: `create function app.org_of(token jsonb) returns uuid language sql immutable as $f$ select (token -> 'app_metadata' ->> 'org_id')::uuid $f$; ${table("doc", "", "org_id = app.org_of(auth.jwt())")}`,
      },
    ],
  },
  {
    code: "leakproof-function",
    found: [
      {
        name: "a cast",
        sql: `${table("doc")} create function digits(v text) returns int language sql immutable leakproof as $f$ select replace(v, '-', '')::int $f$;`,
        at: ["error public.digits(v text)"],
      },
      {
        name: "RAISE",
        sql: `${table("doc")} create function tell(v text) returns boolean language plpgsql immutable leakproof as $f$ begin raise notice '%', v; return true; end $f$;`,
        at: ["error public.tell(v text)"],
      },
      {
        name: "a division",
        sql: `${table("doc")} create function ratio(v int) returns int language sql immutable leakproof as $f$ select 1 / v $f$;`,
        at: ["error public.ratio(v integer)"],
      },
    ],
    silent: [
      {
        name: "nothing in it raises",
        sql: `${table("doc")} create function same(a text, b text) returns boolean language sql immutable leakproof as $f$ select lower(a) = lower(b) $f$;`,
      },
      {
        name: "not LEAKPROOF",
        sql: `${table("doc")} create function digits(v text) returns int language sql immutable as $f$ select v::int $f$;`,
      },
      {
        name: "EXECUTE is revoked",
        sql: `${table("doc")} create function digits(v text) returns int language sql immutable leakproof as $f$ select v::int $f$; revoke execute on function digits(text) from public, anon, authenticated;`,
      },
    ],
  },
  {
    code: "table-made-without-rls",
    found: [
      {
        name: "a partition, by format",
        sql: `${PARTS} create function app.next(n text, a date, b date) returns void language plpgsql as $f$ begin execute format('create table public.%I partition of public.event for values from (%L) to (%L)', n, a, b); end $f$;`,
        at: ["warning app.next(n text, a date, b date)"],
      },
      {
        name: "a partition, by concatenation",
        sql: `${PARTS} create function app.next(n text, a date, b date) returns void language plpgsql as $f$ begin execute 'create table if not exists ' || quote_ident(n) || ' partition of public.event for values from (' || quote_literal(a) || ') to (' || quote_literal(b) || ')'; end $f$;`,
        at: ["warning app.next(n text, a date, b date)"],
      },
      {
        name: "a static partition",
        sql: `${PARTS} create function app.rest() returns void language sql as $f$ create table public.event_rest partition of public.event default $f$;`,
        at: ["warning app.rest()"],
      },
      {
        name: "a table for each tenant",
        sql: `${table("doc")} create function app.tenant_table(n text) returns void language plpgsql as $f$ begin execute format('create table %I (id int, org_id uuid)', n); end $f$;`,
        at: ["warning app.tenant_table(n text)"],
      },
      {
        name: "a copy",
        sql: `${table("doc")} create function app.snapshot() returns void language plpgsql as $f$ begin create table public.doc_copy as select * from public.doc; end $f$;`,
        at: ["warning app.snapshot()"],
      },
    ],
    silent: [
      {
        name: "it enables row security",
        sql: `${PARTS} create function app.next(n text, a date, b date) returns void language plpgsql as $f$ begin execute format('create table %I partition of public.event for values from (%L) to (%L)', n, a, b); execute format('alter table %I enable row level security', n); end $f$;`,
      },
      {
        name: "a temporary table",
        sql: `${table("doc")} create function app.work() returns void language plpgsql as $f$ begin create temp table work (id int) on commit drop; end $f$;`,
      },
      {
        name: "partitions of a table without row security",
        sql: `${table("doc")} create table log (at date) partition by range (at); create function app.next(n text, a date, b date) returns void language plpgsql as $f$ begin execute format('create table %I partition of public.log for values from (%L) to (%L)', n, a, b); end $f$;`,
      },
    ],
  },
  {
    code: "default-reads-variable",
    found: [
      {
        name: "by a helper",
        sql: `create function app.org() returns uuid language sql stable as $f$ select ${VARIABLE} $f$; create table doc (id int, org_id uuid default app.org());`,
        at: ["warning public.doc.org_id"],
      },
      {
        name: "by a helper of a helper",
        sql: `create function app.inner_org() returns text language sql stable as $f$ select current_setting('app.org_id', true) $f$; create function app.org() returns uuid language sql stable as $f$ select nullif(app.inner_org(), '')::uuid $f$; create table doc (id int, org_id uuid default coalesce(app.org(), gen_random_uuid()));`,
        at: ["warning public.doc.org_id"],
      },
      {
        name: "a generated column, which PostgreSQL lets call what is called IMMUTABLE",
        sql: `create function app.org() returns text language sql immutable as $f$ select current_setting('app.org_id', true) $f$; create table doc (id int, org text generated always as (app.org()) stored);`,
        at: ["warning public.doc.org"],
      },
    ],
    silent: [
      {
        name: "a helper that reads the claim",
        sql: `create function app.org() returns uuid language sql stable as $f$ select ${ORG} $f$; create table doc (id int, org_id uuid default app.org());`,
      },
      {
        name: "a helper that reads nothing",
        sql: `create function app.code() returns text language sql volatile as $f$ select md5(random()::text) $f$; create table doc (id int, code text default app.code());`,
      },
      { name: "a sequence", sql: `create table doc (id serial primary key, org_id uuid);` },
    ],
  },
  {
    code: "trigger-reads-variable",
    found: [
      {
        name: "itself",
        sql: `${table("doc")} create function app.fill() returns trigger language plpgsql as $f$ begin new.org_id := ${VARIABLE}; return new; end $f$; create trigger t before insert on doc for each row execute function app.fill();`,
        at: ["warning public.doc"],
      },
      {
        name: "by a helper",
        sql: `${table("doc")} create function app.org() returns uuid language sql stable as $f$ select ${VARIABLE} $f$; create function app.fill() returns trigger language plpgsql as $f$ begin if new.org_id is null then new.org_id = app.org(); end if; return new; end $f$; create trigger t before insert on doc for each row execute function app.fill();`,
        at: ["warning public.doc"],
      },
      {
        name: "SELECT INTO",
        sql: `${table("doc")} create function app.fill() returns trigger language plpgsql as $f$ begin select ${VARIABLE} into new.org_id; return new; end $f$; create trigger t before insert or update on doc for each row execute function app.fill();`,
        at: ["warning public.doc"],
      },
    ],
    silent: [
      {
        name: "the claim",
        sql: `${table("doc")} create function app.fill() returns trigger language plpgsql as $f$ begin new.org_id := ${ORG}; return new; end $f$; create trigger t before insert on doc for each row execute function app.fill();`,
      },
      {
        name: "a time stamp",
        sql: `${table("doc", ", changed_at timestamptz")} create function app.touch() returns trigger language plpgsql as $f$ begin new.changed_at := now(); return new; end $f$; create trigger t before update on doc for each row execute function app.touch();`,
      },
      {
        name: "disabled",
        sql: `${table("doc")} create function app.fill() returns trigger language plpgsql as $f$ begin new.org_id := ${VARIABLE}; return new; end $f$; create trigger t before insert on doc for each row execute function app.fill(); alter table doc disable trigger t;`,
      },
    ],
  },
  {
    code: "view-without-security-invoker",
    found: [
      {
        name: "for the role of a plain project",
        sql: `${ROLES} create role case_app login; create table doc (id int, org_id uuid); alter table doc enable row level security; create policy p on doc to case_app using (org_id = ${VARIABLE}); create view docs as select * from doc; grant select on docs to case_app;`,
        at: ["warning public.docs"],
      },
      {
        name: "a grant by column",
        sql: `${table("doc")} create view docs as select * from doc; grant select (id) on docs to authenticated;`,
        at: ["warning public.docs"],
      },
      {
        name: "by way of another view",
        sql: `${table("doc")} create view app.docs as select * from doc; create view docs as select * from app.docs; grant select on docs to authenticated;`,
        at: ["warning public.docs"],
      },
    ],
    silent: [
      {
        name: "a view of a look-up table only",
        sql: `${table("doc")} create table currency (code text); create view codes as select code from currency; grant select on codes to anon;`,
      },
      {
        name: "security_invoker",
        sql: `${table("doc")} create view docs with (security_invoker = true) as select * from doc; grant select on docs to authenticated;`,
      },
      {
        name: "a schema that requests may not use",
        sql: `${table("doc")} create materialized view app.docs as select * from doc; grant select on app.docs to authenticated;`,
      },
    ],
  },
];
