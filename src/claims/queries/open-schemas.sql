-- Schemas on which PUBLIC, anon or authenticated has USAGE.
select n.nspname as name
from pg_namespace n
where exists (
  select
  from aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) acl
  left join pg_roles r on r.oid = acl.grantee
  where acl.privilege_type = 'USAGE' and (acl.grantee = 0 or r.rolname in ('anon', 'authenticated'))
)
