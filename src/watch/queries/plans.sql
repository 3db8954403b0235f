-- The roles that were granted something on a relation of the plan, and what they may do with it. {{relations}}: a jsonb
-- literal of {schema, name}. `updates`: a column that the role may read and set, to be set to itself.
select
  s.schema,
  s.name,
  r.rolname as role,
  has_any_column_privilege(r.oid, c.oid, 'select') as reads,
  has_table_privilege(r.oid, c.oid, 'delete') as deletes,
  (
    select a.attname
    from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity <> 'a'
      and has_column_privilege(r.oid, c.oid, a.attnum, 'select')
      and has_column_privilege(r.oid, c.oid, a.attnum, 'update')
    order by a.attnum
    limit 1
  ) as updates
from jsonb_to_recordset({{relations}}) as s(schema text, name text)
join pg_namespace n on n.nspname = s.schema
join pg_class c on c.relnamespace = n.oid and c.relname = s.name
join pg_roles r on not r.rolsuper and not r.rolbypassrls and r.oid <> c.relowner and r.oid in (
  select grantee from aclexplode(c.relacl)
  union all
  select x.grantee from pg_attribute a, aclexplode(a.attacl) x where a.attrelid = c.oid
)
where c.relkind in ('r', 'p') and c.relrowsecurity
order by s.schema, s.name, r.rolname
