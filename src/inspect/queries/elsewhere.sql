-- Texts outside of the catalog's objects that may name a setting or a function: settings of roles and databases, the
-- comments of objects other than relations, functions and policies, and the bodies of functions that belong to an extension.
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
union all
select 'extension function', null, null, f.oid::regprocedure::text,
  case when f.prosqlbody is null then f.prosrc else pg_get_functiondef(f.oid) end
from pg_depend d
join pg_proc f on f.oid = d.objid
join pg_language l on l.oid = f.prolang
where d.classid = 'pg_proc'::regclass and d.deptype = 'e' and l.lanname not in ('c', 'internal')
order by kind, role, database, name, text
