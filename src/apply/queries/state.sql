-- The literal: a Scope as JSON. One row, one column `state`. Names are looked up as text, so that what is gone shows as gone.
with scope as (select $1::jsonb as s)
select json_build_object(
  'relations', coalesce((
    select json_agg(
      json_build_object(
        'schema', r.value ->> 'schema',
        'name', r.value ->> 'name',
        'exists', c.oid is not null,
        'rowSecurity', coalesce(c.relrowsecurity, false),
        'forceRowSecurity', coalesce(c.relforcerowsecurity, false),
        'policies', coalesce((
          select json_agg(
            json_build_object(
              'schema', n.nspname,
              'relation', c.relname,
              'name', p.polname,
              'permissive', p.polpermissive,
              'command', case p.polcmd
                when '*' then 'ALL' when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' else 'DELETE'
              end,
              'roles', (
                select json_agg(m.name order by m.name collate "C")
                from (
                  select (case when roleid = 0 then 'public' else pg_get_userbyid(roleid) end)::text as name
                  from unnest(p.polroles) roleid
                ) m
              ),
              'using', pg_get_expr(p.polqual, p.polrelid),
              'check', pg_get_expr(p.polwithcheck, p.polrelid),
              -- not obj_description, which starts a query of its own for each policy
              'comment', (
                select d.description from pg_description d
                where d.objoid = p.oid and d.classoid = 'pg_policy'::regclass and d.objsubid = 0
              )
            ) order by p.polname collate "C"
          )
          from pg_policy p
          where p.polrelid = c.oid
        ), '[]'),
        'defaults', coalesce((
          select json_agg(
            json_build_object('column', a.attname, 'expression', pg_get_expr(d.adbin, d.adrelid))
            order by a.attname collate "C"
          )
          from pg_attribute a
          left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            and a.attname in (select jsonb_array_elements_text(r.value -> 'columns'))
        ), '[]')
      ) order by r.ordinality
    )
    from jsonb_array_elements((select s -> 'relations' from scope)) with ordinality r
    left join pg_namespace n on n.nspname = r.value ->> 'schema' or (r.value ->> 'schema' = 'pg_temp' and n.oid = pg_my_temp_schema())
    left join pg_class c on c.relnamespace = n.oid and c.relname = r.value ->> 'name'
  ), '[]'),
  'functions', coalesce((
    select json_agg(
      case when (f.value -> 'access')::boolean then
        json_build_object(
          'schema', f.value ->> 'schema',
          'name', f.value ->> 'name',
          'arguments', f.value ->> 'arguments',
          'definition', o.definition,
          'access', o.access
        )
      else
        json_build_object(
          'schema', f.value ->> 'schema',
          'name', f.value ->> 'name',
          'arguments', f.value ->> 'arguments',
          'definition', o.definition
        )
      end order by f.ordinality
    )
    from jsonb_array_elements((select s -> 'functions' from scope)) with ordinality f
    left join lateral (
      select
        pg_get_functiondef(p.oid) as definition,
        json_build_object(
          'kind', case p.prokind when 'p' then 'procedure' else 'function' end,
          'types', oidvectortypes(p.proargtypes),
          'owner', pg_get_userbyid(p.proowner),
          'grantees', coalesce((
            select json_agg(g.name order by g.name collate "C")
            from (
              select distinct (case when a.grantee = 0 then 'public' else pg_get_userbyid(a.grantee) end)::text as name
              from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
              where a.privilege_type = 'EXECUTE' and a.grantee <> p.proowner
            ) g
          ), '[]'),
          'comment', obj_description(p.oid, 'pg_proc')
        ) as access
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = f.value ->> 'schema' and p.proname = f.value ->> 'name' and p.prokind <> 'a'
        and f.value ->> 'arguments' in (pg_get_function_identity_arguments(p.oid), oidvectortypes(p.proargtypes))
    ) o on true
  ), '[]'),
  'schemas', coalesce((
    select json_agg(
      json_build_object('name', x.value #>> '{}', 'exists', exists (select from pg_namespace where nspname = x.value #>> '{}'))
      order by x.ordinality
    )
    from jsonb_array_elements((select s -> 'schemas' from scope)) with ordinality x
  ), '[]')
) as state
