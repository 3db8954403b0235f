-- Tokens that may still be valid: the last token of each session was issued at its last refresh or at its start, and
-- expires after $1 seconds.
with token as (
  select s.user_id::text as user_id, {{issued}} as issued
  from auth.sessions s
), alive as (
  select user_id, issued, issued + make_interval(secs => $1::float8) as ends
  from token
  where issued + make_interval(secs => $1::float8) > coalesce($2::timestamptz, now())
)
select
  (select count(*)::int from token) as sessions,
  count(*)::int as alive,
  count(distinct user_id)::int as users,
  to_char(min(issued) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as oldest,
  to_char(max(ends) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "windowEnds"
from alive
