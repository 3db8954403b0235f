-- The samples of `watch`, beside the journal, so that any machine can go on with them. What is made here is described in
-- src/watch/store/target-store.ts, column by column.
create table rlsmith.samples (
  target text not null,
  plan_hash text not null,
  -- 1, 2, …: of two watchers, one writes a number first
  number integer not null,
  at timestamptz not null default clock_timestamp(),
  database_user text not null default session_user,
  -- json, not jsonb: the hash is of the text
  sample json not null,
  -- sha256 of the hash before it and of this text
  hash text not null,
  -- where the readings after it begin; of the newest alone
  cursors json,
  primary key (target, plan_hash, number)
)
