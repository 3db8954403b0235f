-- The relation is found by its name, because to_regclass raises an error for a login without USAGE on the schema.
select a.attname as name, format_type(a.atttypid, null) as type
from pg_attribute a
join pg_class c on c.oid = a.attrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'auth' and c.relname = 'sessions' and a.attname in ('refreshed_at', 'created_at') and not a.attisdropped
