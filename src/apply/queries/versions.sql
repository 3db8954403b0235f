-- The literal: a Scope as JSON. One row, one column `versions`: the row versions of everything that state.sql prints, so
-- that two equal answers mean that nothing was changed in between. It takes a fifth of the time, since no expression is
-- printed. A name that an expression uses can be changed without any lock on the relation, and is not seen here.
with scope as (select $1::jsonb as s)
select md5(json_build_array(
  (
    select json_agg(json_build_array(
      c.oid, c.relrowsecurity, c.relforcerowsecurity,
      (
        select json_agg((p.oid, p.xmin, p.ctid, d.xmin, d.ctid, (select array_agg(pg_get_userbyid(role)) from unnest(p.polroles) role))::text order by p.oid)
        from pg_policy p
        left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_policy'::regclass and d.objsubid = 0
        where p.polrelid = c.oid
      ),
      case when jsonb_array_length(r.value -> 'columns') > 0 then (
        select json_agg((a.attname, a.attnum, f.xmin, f.ctid)::text order by a.attnum)
        from pg_attribute a
        left join pg_attrdef f on f.adrelid = a.attrelid and f.adnum = a.attnum
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and a.attname in (select jsonb_array_elements_text(r.value -> 'columns'))
      ) end
    ) order by r.ordinality)
    from jsonb_array_elements((select s -> 'relations' from scope)) with ordinality r
    left join pg_namespace n on n.nspname = r.value ->> 'schema'
    left join pg_class c on c.relnamespace = n.oid and c.relname = r.value ->> 'name'
  ),
  (
    -- all functions of a name: the arguments are compared where the state is read
    select json_agg((p.oid, p.xmin, p.ctid, d.xmin, d.ctid, pg_get_userbyid(p.proowner))::text order by f.ordinality, p.oid)
    from jsonb_array_elements((select s -> 'functions' from scope)) with ordinality f
    join pg_namespace n on n.nspname = f.value ->> 'schema'
    join pg_proc p on p.pronamespace = n.oid and p.proname = f.value ->> 'name'
    left join pg_description d on d.objoid = p.oid and d.classoid = 'pg_proc'::regclass and d.objsubid = 0
  ),
  (
    select json_agg(n.nspname order by n.nspname)
    from jsonb_array_elements_text((select s -> 'schemas' from scope)) x
    join pg_namespace n on n.nspname = x
  )
)::text) as versions
