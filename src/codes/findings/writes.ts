import type { FindingPage } from "../page.ts";

/** Findings about policies for writing and for reading that do not fit together. */
export const WRITE_FINDINGS = {
  "select-narrower-than-write": {
    severity: ["warning", "info"],
    otherwise: "It is info where the condition is not a mark of deletion (`false` or NULL).",
    by: ["inspect"],
    title: "a policy lets a value be written that no SELECT policy shows",
    why: "An UPDATE with WHERE or RETURNING, and an INSERT with RETURNING or ON CONFLICT, must pass the SELECT policies with the new row as well (PostgreSQL manual, CREATE POLICY). A soft delete then fails with 42501, although the policy for UPDATE allows it.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null, deleted_at timestamptz);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid and deleted_at is null);
create policy note_change on note for update to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`,
    },
    todo: [
      "Take the condition out of the SELECT policy, and put it into the queries or into a view.",
      "Or let a function set the mark.",
    ],
  },
  "row-hidden-after-insert": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a row may be inserted that its creator does not see yet",
    why: "The SELECT policies are applied to a new row that RETURNING returns, before AFTER triggers run. Here they need a row of another relation that refers to the new one. INSERT works, and INSERT with RETURNING fails with 42501. Supabase's client uses RETURNING when `select()` follows `insert()`.",
    example: {
      sql: `create table club (id uuid primary key default gen_random_uuid(), title text);
create table seat (club_id uuid references club, person uuid, primary key (club_id, person));
alter table club enable row level security;
alter table seat enable row level security;
create function seat_founder() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  insert into public.seat (club_id, person) values (new.id, auth.uid());
  return new;
end $$;
create trigger club_founder after insert on club for each row execute function seat_founder();
create policy seat_own on seat for select to authenticated using (person = auth.uid());
create policy club_read on club for select to authenticated
  using (id in (select s.club_id from seat s where s.person = auth.uid()));
create policy club_found on club for insert to authenticated with check (auth.uid() is not null);`,
    },
    todo: [
      "Let the SELECT policy show the row to its creator as well, for instance by a column `created_by`.",
      "Or insert without RETURNING: `Prefer: return=minimal`.",
    ],
  },
  "write-without-select": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a policy for UPDATE or DELETE has no SELECT policy beside it",
    why: "A statement with WHERE or RETURNING needs SELECT rights, and its rows are filtered by the SELECT policies too. Without one it finds no row, and reports no error.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_remove on note for delete to authenticated
  using (org_id = (auth.jwt() -> 'app_metadata' ->> 'org_id')::uuid);`,
    },
    todo: ["Add a SELECT policy for the same roles."],
  },
  "subject-cast-to-uuid": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a policy calls auth.uid() where subjects are kept as text",
    why: "auth.uid() casts the subject of the token to uuid. Identity providers other than Supabase Auth issue subjects that are no uuid, and every statement then fails with 22P02. A column of text that is compared with the subject suggests such a provider.",
    example: {
      sql: `create table note (id uuid primary key, user_id text not null);
alter table note enable row level security;
create policy note_own on note for select to authenticated
  using (auth.uid() is not null and user_id = (auth.jwt() ->> 'sub'));`,
    },
    todo: [
      "Read the subject as text: `auth.jwt() ->> 'sub'`.",
      "Or change the column to uuid, if every subject is one.",
    ],
  },
  "legacy-claim-setting": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a claim is read from a setting that PostgREST no longer sets",
    why: "PostgREST set `request.jwt.claim.<name>` for each claim until version 8. Version 9 sets `request.jwt.claims` as JSON instead on PostgreSQL 14 and later, and on earlier ones if `db-use-legacy-gucs` is off. Version 12 has no such option any more. The value is NULL or empty then, and a comparison with it denies every request.",
    example: {
      sql: `create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = nullif(current_setting('request.jwt.claim.org_id', true), '')::uuid);`,
    },
    todo: ["Read the claim from `auth.jwt()`, or from `current_setting('request.jwt.claims', true)::jsonb`."],
  },
  "membership-picks-one": {
    severity: ["warning"],
    by: ["inspect"],
    title: "a look-up of the caller's membership takes one of several rows",
    why: "Nothing makes the user's row the only one. A user of two tenants belongs to one of them for every request, and without ORDER BY to whichever row is found first.",
    example: {
      sql: `create table member (id uuid primary key, user_id uuid not null, org_id uuid not null);
alter table member enable row level security;
create policy member_own on member for select to authenticated using (user_id = auth.uid());
create table note (id uuid primary key, org_id uuid not null);
alter table note enable row level security;
create policy note_read on note for select to authenticated
  using (org_id = (select m.org_id from member m where m.user_id = auth.uid() limit 1));`,
    },
    todo: [
      "Compare with all rows: `org_id in (select …)`.",
      "Let the request say which tenant is meant, and check that the caller is a member of it.",
      "Or make the user's column unique, if a user has one row.",
    ],
  },
} as const satisfies Record<string, FindingPage>;
