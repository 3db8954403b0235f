-- The place of pg_stat_statements in this database, the columns of its version, and the settings that decide what it counts.
select
  n.nspname as schema,
  (
    select coalesce(jsonb_agg(a.attname), '[]')
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = n.oid and c.relname = 'pg_stat_statements'
  ) as columns,
  -- its counters of evictions and resets: version 1.9 of the extension
  exists (
    select from pg_class c where c.relnamespace = n.oid and c.relname = 'pg_stat_statements_info'
  ) as info,
  current_setting('pg_stat_statements.track', true) as track,
  -- a value of this session alone says nothing of the sessions of others
  coalesce((
    select source in ('user', 'database user', 'client', 'session')
    from pg_settings
    where name = 'pg_stat_statements.track'
  ), false) as "trackIsOwn",
  -- a role or the database may have a value of its own, which its sessions use
  (
    select coalesce(jsonb_agg(distinct lower(one.setting)), '[]')
    from pg_db_role_setting s, unnest(s.setconfig) as one(setting)
    where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))
      and lower(one.setting) in ('pg_stat_statements.track=none', 'pg_stat_statements.track=top', 'compute_query_id=off')
  ) as "ofRoles",
  current_setting('compute_query_id', true) as "queryId",
  pg_has_role('pg_read_all_stats', 'usage') as "readsAll",
  (select oid::text from pg_database where datname = current_database()) as database,
  round(extract(epoch from clock_timestamp()) * 1000000)::text as at
from (select) as always
left join pg_extension e on e.extname = 'pg_stat_statements'
left join pg_namespace n on n.oid = e.extnamespace
