-- What decides how the recorder is called: the logins of PostgREST, their `pgrst.db_pre_request`, the roles that they become.
-- Catalogs that everybody may read.
select
  r.rolname as login,
  everywhere.value as everywhere,
  here.value as here,
  coalesce((
    select json_agg(distinct g.rolname)
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid
  ), '[]') as becomes
from pg_roles r
left join lateral (
  select substring(one from '=(.*)$') as value
  from pg_db_role_setting s, unnest(s.setconfig) one
  where s.setrole = r.oid and s.setdatabase = 0 and one like 'pgrst.db\_pre\_request=%'
) everywhere on true
left join lateral (
  select substring(one from '=(.*)$') as value
  from pg_db_role_setting s, unnest(s.setconfig) one
  where s.setrole = r.oid and one like 'pgrst.db\_pre\_request=%'
    and s.setdatabase = (select oid from pg_database where datname = current_database())
) here on true
where r.rolname = 'authenticator' or everywhere.value is not null or here.value is not null
order by r.rolname <> 'authenticator', r.rolname
