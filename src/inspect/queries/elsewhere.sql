-- Texts outside of the catalog's objects that may name a setting or a function: settings of roles and databases, and the
-- comments of objects other than relations, functions and policies.
select 'role setting' as kind,
  case when s.setrole = 0 then null else pg_get_userbyid(s.setrole)::text end as role,
  d.datname as database,
  null as name,
  entry as text
from pg_db_role_setting s
left join pg_database d on d.oid = s.setdatabase
cross join lateral unnest(s.setconfig) entry
where s.setdatabase = 0 or d.datname = current_database()
union all
select 'comment', null, null, pg_describe_object(c.classoid, c.objoid, c.objsubid), c.description
from pg_description c
where c.objoid >= 16384
  and not (c.classoid = 'pg_class'::regclass and c.objsubid = 0)
  and c.classoid not in ('pg_proc'::regclass, 'pg_policy'::regclass, 'pg_extension'::regclass)
order by kind, role, database, name, text
