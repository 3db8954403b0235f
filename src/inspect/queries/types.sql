-- Enums and domains outside the system schemas and outside extensions.
select
  n.nspname as schema,
  t.typname as name,
  case t.typtype when 'e' then 'enum' else 'domain' end as kind,
  case when t.typtype = 'e' then (
    select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid
  ) end as labels,
  case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end as base,
  case when t.typtype = 'd' then t.typnotnull end as "notNull"
from pg_type t
join pg_namespace n on n.oid = t.typnamespace
where t.typtype in ('e', 'd')
  and n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith')
  and n.nspname not like 'pg\_%'
  and not exists (
    select from pg_depend e where e.classid = 'pg_type'::regclass and e.objid = t.oid and e.deptype = 'e'
  )
order by n.nspname collate "C", t.typname collate "C"
