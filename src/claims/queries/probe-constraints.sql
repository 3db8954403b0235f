-- Constraints that could reject a row made for a probe, or its deletion. On a scratch database, in a transaction that
-- is rolled back.
select n.nspname as schema, c.relname as relation, o.conname as name
from pg_constraint o
join pg_class c on c.oid = o.conrelid
join pg_namespace n on n.oid = c.relnamespace
where (o.conrelid = to_regclass($1) and o.contype in ('f', 'c', 'x') and o.coninhcount = 0)
  or (o.confrelid = to_regclass($1) and o.contype = 'f' and o.conparentid = 0)
order by n.nspname collate "C", c.relname collate "C", o.conname collate "C"
