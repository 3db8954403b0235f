-- What `watch` has told of the criteria of a target, or is to tell. What is made here is described in
-- src/watch/store/target-notices.ts, column by column.
create table rlsmith.notices (
  target text not null,
  plan_hash text not null,
  -- of the sample that showed it
  number integer not null,
  criterion text not null,
  state text not null,
  -- null: there is no message about it
  notice json,
  -- null: the message was not sent yet
  sent_at timestamptz,
  primary key (target, plan_hash, number, criterion)
)
