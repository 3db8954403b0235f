-- Triggers created by users (the internal constraint triggers of foreign keys are left out).
select
  n.nspname as schema,
  c.relname as relation,
  t.tgname as name,
  json_build_object('schema', fn.nspname, 'name', f.proname) as function,
  pg_get_triggerdef(t.oid) as definition,
  -- one for replicas alone does not fire in the sessions of a client
  t.tgenabled in ('O', 'A') as enabled
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_proc f on f.oid = t.tgfoid
join pg_namespace fn on fn.oid = f.pronamespace
where not t.tgisinternal
order by n.nspname collate "C", c.relname collate "C", t.tgname collate "C"
