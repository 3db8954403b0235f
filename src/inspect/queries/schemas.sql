-- Schemas outside the system schemas, and the privileges on them.
select
  n.nspname as name,
  pg_get_userbyid(n.nspowner) as owner,
  coalesce((
    select json_agg(
      json_build_object(
        'grantee', case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end,
        'privilege', acl.privilege_type
      )
      order by (case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end)::text collate "C", acl.privilege_type collate "C"
    )
    from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
  ), '[]') as grants
from pg_namespace n
where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith')
  and n.nspname not like 'pg\_%'
order by n.nspname collate "C"
