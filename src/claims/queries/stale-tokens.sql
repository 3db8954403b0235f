-- Users whose last token was issued before the change and may still be valid.
with token as (
  select s.user_id::text as user_id, {{issued}} as issued
  from auth.sessions s
), change as (
  {{changes}}
), stale as (
  select t.user_id, t.issued + make_interval(secs => $1::float8) as ends
  from token t
  join change c on c.user_id = t.user_id and t.issued < c.changed
  where t.issued + make_interval(secs => $1::float8) > coalesce($2::timestamptz, now())
)
select
  (select count(*)::int from stale) as sessions,
  count(*)::int as users,
  to_char(max(ends) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as until,
  coalesce(to_json((array_agg(user_id order by user_id collate "C"))[1:20]), '[]') as ids
from (select user_id, max(ends) as ends from stale group by user_id) each
