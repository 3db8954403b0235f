-- The entries of this database whose text holds one of the names. {{patterns}}: literals of LIKE patterns.
-- An entry of another user has no queryid, and an explanation as its text, unless the login has pg_read_all_stats.
select
  s.userid::text as "user",
  pg_get_userbyid(s.userid) as role,
  s.queryid::text as query,
  s.toplevel,
  s.query as text,
  s.calls::text,
  s.rows::text,
  s.total_exec_time as time,
  (s.shared_blks_hit + s.shared_blks_read)::text as blocks,
  s.min_exec_time as least,
  s.max_exec_time as most,
  {{since}} as since
from {{schema}}.pg_stat_statements s
where s.dbid = (select oid from pg_database where datname = current_database())
  and (s.queryid is null or s.query is null or lower(s.query) like any (array[{{patterns}}]::text[]))
order by s.userid, s.queryid, s.toplevel
