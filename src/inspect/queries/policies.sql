-- Every policy, with its expressions as pg_get_expr prints them.
select
  n.nspname as schema,
  c.relname as relation,
  p.polname as name,
  p.polpermissive as permissive,
  case p.polcmd
    when '*' then 'ALL'
    when 'r' then 'SELECT'
    when 'a' then 'INSERT'
    when 'w' then 'UPDATE'
    when 'd' then 'DELETE'
  end as command,
  (
    select json_agg(r.name order by r.name collate "C")
    from (
      select (case when roleid = 0 then 'public' else pg_get_userbyid(roleid) end)::text as name
      from unnest(p.polroles) roleid
    ) r
  ) as roles,
  pg_get_expr(p.polqual, p.polrelid) as "using",
  pg_get_expr(p.polwithcheck, p.polrelid) as "check",
  obj_description(p.oid, 'pg_policy') as comment
from pg_policy p
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
order by n.nspname collate "C", c.relname collate "C", p.polname collate "C"
