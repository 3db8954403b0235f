-- The journal lives on the target, so that a rollback needs nothing but the database. Runs under an empty search_path,
-- and what src/own-schema/queries/close.sql does to it afterwards. What is made here is described in src/apply/journal/shape.ts, column by column.
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
)
