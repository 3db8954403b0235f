-- The journal lives on the target, so that a rollback needs nothing but the database. Nobody but its owner sees it.
-- Runs under an empty search_path. What is made here is described in src/apply/journal/shape.ts, column by column.
create schema if not exists rlsmith;
revoke all on schema rlsmith from public;
create table rlsmith.history (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  -- one run of rlsmith; groups of one run share it
  run uuid not null,
  kind text not null check (kind in ('apply', 'adopt', 'rollback')),
  outcome text not null check (outcome in ('done', 'failed')),
  target text not null,
  plan_hash text,
  group_name text not null,
  -- the entry that a rollback takes back
  undoes bigint references rlsmith.history (id),
  database_user text not null default session_user,
  person text,
  rlsmith text not null,
  -- all that the group touches, as it was and as it was left: State of src/apply/state.ts
  before json,
  after json,
  -- approvals, locks with the milliseconds they were held, the reason of a rollback by force, the error of a run that failed
  detail jsonb not null default '{}',
  -- sha256 of this entry and of the hash of the entry before it
  hash text not null
);
alter table rlsmith.history enable row level security;
-- an event trigger of the target's may force it on every new table
alter table rlsmith.history no force row level security;
revoke all on rlsmith.history from public;
do $rlsmith$
declare
  other text;
begin
  -- default privileges may have handed them to somebody
  for other in
    select distinct grantee::regrole::text
    from (
      select relacl as acl, relowner as owner from pg_class where oid in ('rlsmith.history'::regclass, 'rlsmith.history_id_seq'::regclass)
      union all
      select nspacl, nspowner from pg_namespace where nspname = 'rlsmith'
    ) o, aclexplode(o.acl)
    where grantee <> 0 and grantee <> o.owner
  loop
    execute format('revoke all on schema rlsmith from %s', other);
    execute format('revoke all on rlsmith.history from %s', other);
    execute format('revoke all on sequence rlsmith.history_id_seq from %s', other);
  end loop;
end
$rlsmith$;
