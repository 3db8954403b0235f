-- The state of auth.users compared with the source: every active member is synced, stale, missing or no-user; a user
-- with claims and no active row is orphaned. `ambiguous` is counted separately: members whose active rows give
-- different claims. Values are compared in the form that ->> returns.
with fed as (
  select {{userId}} as user_id, {{expected}} as expected
  from {{relation}} as {{alias}}
  where {{active}} and ({{user}}) is not null
), held as (
  select u.id::text as id, {{held}} as claims
  from auth.users u
), member as (
  select
    f.user_id,
    bool_or(h.id is not null) as there,
    bool_or(h.claims = f.expected) as synced,
    bool_or(h.claims <> {{nothing}}) as something,
    count(distinct f.expected) as answers
  from fed f
  left join held h on h.id = f.user_id
  group by f.user_id
), state as (
  select user_id as id, case when not there then 'no-user' when synced then 'synced' when something then 'stale' else 'missing' end as state
  from member
  union all
  select user_id, 'ambiguous' from member where there and answers > 1
  union all
  select h.id, 'orphaned'
  from held h
  where h.claims <> {{nothing}} and not exists (select from fed f where f.user_id = h.id)
)
select
  state,
  count(*)::int as total,
  -- ids that are not uuids are left out: a text column may hold a mail address
  coalesce(to_json((array_agg(id order by id collate "C") filter (where id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))[1:20]), '[]') as ids
from state
group by state
