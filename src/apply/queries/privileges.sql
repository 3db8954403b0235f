-- $1: a Scope as JSON. What the login may do with it.
with scope as (select $1::jsonb as s)
select json_build_object(
  'journal', coalesce(
    (
      select has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'INSERT') and has_table_privilege(c.oid, 'SELECT')
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'rlsmith' and c.relname = 'history'
    ),
    has_database_privilege(current_database(), 'CREATE')
  ),
  'relations', coalesce((
    select json_agg(json_build_object(
      'schema', r.value ->> 'schema', 'name', r.value ->> 'name', 'exists', c.oid is not null,
      'owner', pg_get_userbyid(c.relowner), 'owned', coalesce(pg_has_role(c.relowner, 'USAGE'), false)
    ) order by r.ordinality)
    from jsonb_array_elements((select s -> 'relations' from scope)) with ordinality r
    left join pg_namespace n on n.nspname = r.value ->> 'schema'
    left join pg_class c on c.relnamespace = n.oid and c.relname = r.value ->> 'name'
  ), '[]'),
  'functions', coalesce((
    select json_agg(json_build_object(
      'schema', f.value ->> 'schema', 'name', f.value ->> 'name', 'exists', o.oid is not null,
      'owner', pg_get_userbyid(o.proowner), 'owned', coalesce(pg_has_role(o.proowner, 'USAGE'), false)
    ) order by f.ordinality)
    from jsonb_array_elements((select s -> 'functions' from scope)) with ordinality f
    left join pg_namespace n on n.nspname = f.value ->> 'schema'
    left join pg_proc o on o.pronamespace = n.oid and o.proname = f.value ->> 'name' and o.prokind <> 'a'
      and f.value ->> 'arguments' in (pg_get_function_identity_arguments(o.oid), oidvectortypes(o.proargtypes))
  ), '[]')
) as privileges
