-- Roles other than the predefined ones.
select
  r.rolname as name,
  r.rolsuper as superuser,
  r.rolbypassrls as "bypassRls",
  r.rolcanlogin as login,
  r.rolinherit as inherit,
  coalesce((
    select json_agg(g.rolname order by g.rolname collate "C")
    from pg_auth_members m join pg_roles g on g.oid = m.roleid
    where m.member = r.oid
  ), '[]') as "memberOf"
from pg_roles r
where r.rolname not like 'pg\_%'
order by r.rolname collate "C"
