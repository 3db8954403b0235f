-- What a later migration may take away from, or add beside, the relations of a plan. $1: their names, a JSON array of
-- {schema, name}. Runs under an empty search_path. Reads catalogs that everybody may read.
with planned as (
  select c.oid, c.relacl, c.relowner, n.nspname, c.relname
  from json_array_elements($1) r
  join pg_namespace n on n.nspname = r ->> 'schema'
  join pg_class c on c.relnamespace = n.oid and c.relname = r ->> 'name'
),
own as (
  select n.oid, n.nspname
  from pg_namespace n
  where n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'rlsmith')
)
select json_build_object(
  'indexes', coalesce((
    select json_agg(json_build_object('schema', p.nspname, 'name', p.relname, 'object', i.indexrelid::regclass::text) order by 1)
    from planned p join pg_index i on i.indrelid = p.oid
    where i.indisvalid
  ), '[]'),
  'privileges', coalesce((
    select json_agg(distinct jsonb_build_object('schema', p.nspname, 'name', p.relname,
      'object', a.privilege_type || ' of ' || coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'public')))
    from planned p, aclexplode(p.relacl) a
    where a.grantee <> p.relowner
  ), '[]'),
  'columnPrivileges', coalesce((
    select json_agg(distinct jsonb_build_object('schema', p.nspname, 'name', p.relname,
      'object', x.privilege_type || ' of ' || coalesce(pg_get_userbyid(nullif(x.grantee, 0)), 'public') || ' on column ' || t.attname))
    from planned p join pg_attribute t on t.attrelid = p.oid, aclexplode(t.attacl) x
  ), '[]'),
  'execute', coalesce((
    -- the functions that a policy of the plan's relations calls
    select json_agg(distinct jsonb_build_object('schema', p.nspname, 'name', p.relname,
      'object', 'EXECUTE of ' || coalesce(pg_get_userbyid(nullif(a.grantee, 0)), 'public') || ' on ' || f.oid::regprocedure))
    from planned p
    join pg_policy o on o.polrelid = p.oid
    join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = o.oid and d.refclassid = 'pg_proc'::regclass
    join pg_proc f on f.oid = d.refobjid, aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
    where a.grantee <> f.proowner
  ), '[]'),
  'withoutRowSecurity', coalesce((
    -- tables that a role other than their owner may use
    select json_agg(json_build_object('schema', n.nspname, 'name', c.relname) order by n.nspname, c.relname)
    from pg_class c join own n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relrowsecurity
      and (exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner)
        or exists (select from pg_attribute t, aclexplode(t.attacl) a where t.attrelid = c.oid and a.grantee <> c.relowner))
  ), '[]')
) as facts
