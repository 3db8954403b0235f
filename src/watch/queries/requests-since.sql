-- The time that `apply` has recorded, in seconds since 1970, as it stands in the function of the recorder; null: none.
select substring(p.prosrc from '^select ([0-9.]+)::numeric$') as seconds
from pg_proc p
join pg_namespace n on n.oid = p.pronamespace
where n.nspname = {{schema}} and p.proname = 'applied_at' and p.pronargs = 0
