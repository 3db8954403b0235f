select
  current_setting('server_version_num')::int as version,
  to_char(pg_postmaster_start_time() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as "startedAt",
  pg_is_in_recovery() as standby,
  (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as privileged,
  (select coalesce(json_agg(rolname order by rolname), '[]') from pg_roles where rolsuper or rolbypassrls) as bypassing,
  to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at
