-- CHECK constraints on columns that are named as a status, and of their domains.
select n.nspname as schema, c.relname as relation, a.attname as "column", pg_get_constraintdef(k.oid) as text
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_constraint k on k.contype = 'c' and (k.conrelid = c.oid and a.attnum = any (k.conkey) or k.contypid = a.atttypid)
where a.attname in ('status', 'state') and not a.attisdropped and c.relkind in ('r', 'p', 'f')
order by n.nspname collate "C", c.relname collate "C", k.conname collate "C"
