-- The relations of the plan and the views that read them. {{relations}}: a jsonb literal of {schema, name}.
-- The dependencies of a view are those of its rule, down to the view on a view. A materialized view is left out, since
-- a statement that reads it reads no relation below it.
with recursive named as (
  select c.oid, s.schema, s.name
  from jsonb_to_recordset({{relations}}) as s(schema text, name text)
  join pg_namespace n on n.nspname = s.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = s.name
), reach (oid, base) as (
  select oid, oid from named
  union
  select v.oid, reach.base
  from reach
  join pg_depend d
    on d.refclassid = 'pg_class'::regclass and d.refobjid = reach.oid and d.classid = 'pg_rewrite'::regclass
  join pg_rewrite r on r.oid = d.objid and r.ev_type = '1'
  join pg_class v on v.oid = r.ev_class and v.relkind = 'v'
)
select
  n.nspname as schema,
  c.relname as name,
  case when c.relkind = 'v' then pg_get_viewdef(c.oid) end as definition,
  jsonb_agg(jsonb_build_object('schema', named.schema, 'name', named.name) order by named.schema, named.name) as bases,
  -- a name without a schema is certain only if no other schema has it
  not exists (
    select
    from pg_class other
    where other.relname = c.relname and other.oid <> c.oid
      and other.relkind in ('r', 'p', 'v', 'm', 'f') and other.relpersistence <> 't'
  ) as only
from reach
join named on named.oid = reach.base
join pg_class c on c.oid = reach.oid
join pg_namespace n on n.oid = c.relnamespace
group by c.oid, n.nspname, c.relname, c.relkind
order by n.nspname, c.relname
