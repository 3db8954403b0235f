-- The counters of the recorder: each is an empty materialized view, whose comment says what a scan of it stands for.
select
  c.oid::text as id,
  obj_description(c.oid, 'pg_class') as counts,
  pg_stat_get_numscans(c.oid)::text as scans,
  -- a scan of one that is not populated, as after a restore of the schema alone, raises an error and counts nothing
  c.relispopulated as usable
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = {{schema}} and c.relkind = 'm'
order by c.oid
