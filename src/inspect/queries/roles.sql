-- Roles other than the predefined ones.
select
  r.rolname as name,
  r.rolsuper as superuser,
  r.rolbypassrls as "bypassRls",
  r.rolcanlogin as login,
  r.rolinherit as inherit,
  r.rolcreaterole as "createRole",
  r.rolreplication as replication,
  coalesce((
    select json_agg(g.rolname order by g.rolname collate "C")
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid
  ), '[]') as "memberOf",
  -- inherit_option and set_option are columns from PostgreSQL 16 on
  coalesce((
    select json_agg(g.rolname order by g.rolname collate "C")
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid and coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, r.rolinherit)
  ), '[]') as "inheritsFrom",
  coalesce((
    select json_agg(g.rolname order by g.rolname collate "C")
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid and coalesce((to_jsonb(m) ->> 'set_option')::boolean, true)
  ), '[]') as "maySet",
  coalesce((
    select json_agg(g.rolname order by g.rolname collate "C")
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid and m.admin_option
  ), '[]') as "mayGrant"
from pg_roles r
where r.rolname not like 'pg\_%'
order by r.rolname collate "C"
