-- Functions and procedures outside the system schemas and outside extensions.
select
  n.nspname as schema,
  f.proname as name,
  pg_get_function_identity_arguments(f.oid) as "identityArguments",
  pg_get_function_arguments(f.oid) as arguments,
  coalesce(to_json(f.proargnames), '[]') as "argumentNames",
  coalesce((
    select json_agg(format_type(t.oid, null) order by t.n)
    from unnest(f.proargtypes::oid[]) with ordinality t(oid, n)
  ), '[]') as "argumentTypes",
  coalesce(pg_get_function_result(f.oid), '') as result,
  case f.prokind when 'f' then 'function' when 'p' then 'procedure' when 'a' then 'aggregate' else 'window' end as kind,
  l.lanname as language,
  case f.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
  f.prosecdef as "securityDefiner",
  f.proisstrict as strict,
  pg_get_userbyid(f.proowner) as owner,
  coalesce(to_json(f.proconfig), '[]') as settings,
  coalesce(pg_get_function_sqlbody(f.oid), f.prosrc) as body,
  f.prosqlbody is not null as "sqlStandardBody",
  case when f.prokind = 'a' then '' else pg_get_functiondef(f.oid) end as definition,
  coalesce((
    select json_agg(
      json_build_object(
        'grantee', case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end,
        'privilege', acl.privilege_type
      )
      order by (case when acl.grantee = 0 then 'public' else pg_get_userbyid(acl.grantee) end)::text collate "C", acl.privilege_type collate "C"
    )
    from aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) acl
  ), '[]') as grants,
  obj_description(f.oid, 'pg_proc') as comment
from pg_proc f
join pg_namespace n on n.oid = f.pronamespace
join pg_language l on l.oid = f.prolang
where n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith')
  and n.nspname not like 'pg\_%'
  and not exists (
    select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e'
  )
order by n.nspname collate "C", f.proname collate "C", pg_get_function_identity_arguments(f.oid) collate "C"
