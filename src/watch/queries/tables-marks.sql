-- What moves when counters of relations are lost: pg_stat_reset() and a reset of one relation change the time of the
-- database (15 and later), a crash changes that of the background writer (measured on 15 and 18).
select
  (select oid::text from pg_database where datname = current_database()) as database,
  jsonb_build_array(
    (select stats_reset from pg_stat_database where datname = current_database()),
    (select stats_reset from pg_stat_bgwriter)
  )::text as marks,
  current_setting('track_counts')::boolean as counted,
  to_char(date_trunc('hour', now() at time zone 'utc'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour
