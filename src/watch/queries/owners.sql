-- Roles that row security of a relation of the plan does not concern since they have the privileges of its owner, and it
-- is not forced; see check_enable_rls() of the server. {{relations}}: a jsonb literal of {schema, name}.
-- Superusers and roles with BYPASSRLS are left out: no relation's row security concerns them.
select
  s.schema,
  s.name,
  jsonb_agg(r.rolname order by r.rolname) as roles
from jsonb_to_recordset({{relations}}) as s(schema text, name text)
join pg_namespace n on n.nspname = s.schema
join pg_class c on c.relnamespace = n.oid and c.relname = s.name
join pg_roles r on pg_has_role(r.oid, c.relowner, 'usage')
where not c.relforcerowsecurity and not r.rolsuper and not r.rolbypassrls
group by s.schema, s.name
order by s.schema, s.name
