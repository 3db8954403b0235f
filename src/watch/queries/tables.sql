-- The counters of relations with all of their partitions. {{relations}}: a jsonb literal of {schema, name}.
with recursive named as (
  select c.oid, s.schema, s.name
  from jsonb_to_recordset({{relations}}) as s(schema text, name text)
  join pg_namespace n on n.nspname = s.schema
  join pg_class c on c.relnamespace = n.oid and c.relname = s.name
), tree (oid, schema, name) as (
  select oid, schema, name from named
  union
  select i.inhrelid, tree.schema, tree.name from tree join pg_inherits i on i.inhparent = tree.oid
)
select
  tree.schema,
  tree.name,
  t.relid::text as id,
  array[t.seq_scan, coalesce(t.idx_scan, 0), t.n_tup_ins, t.n_tup_upd, t.n_tup_del]::text[] as counters
from tree
join pg_stat_all_tables t on t.relid = tree.oid
order by tree.schema, tree.name, tree.oid
