-- Whose the journal is, if there is one, and what on it could run or change something that is not its owner's.
select
  n.nspname is not null as "schemaExists",
  c.oid is not null as "tableExists",
  -- a superuser is a member of everything, so for him that says nothing
  coalesce(bool_and(case
    when o.owner is null then true
    when pg_get_userbyid(o.owner) = current_user then true
    when (select rolsuper from pg_roles where oid = o.owner) then true
    when (select rolsuper from pg_roles where rolname = current_user) then false
    else pg_has_role(o.owner, 'MEMBER')
  end), true) as trusted,
  string_agg(distinct pg_get_userbyid(o.owner)::text, ', ') as owner,
  coalesce(bool_or(c.relkind <> 'r'), false) as "otherKind",
  coalesce(bool_or(exists (select from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)), false)
    or coalesce(bool_or(exists (select from pg_rewrite r where r.ev_class = c.oid)), false) as reacts,
  coalesce(bool_or(exists (
    select from aclexplode(c.relacl) a where a.grantee <> c.relowner and a.privilege_type <> 'SELECT'
  )), false) as "othersWrite"
from (select 1) one
left join pg_namespace n on n.nspname = 'rlsmith'
left join pg_class c on c.relnamespace = n.oid and c.relname = 'history'
left join lateral (values (n.nspowner), (c.relowner)) o(owner) on o.owner is not null
group by n.nspname, c.oid
