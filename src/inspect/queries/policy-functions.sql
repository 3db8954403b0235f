-- The functions that a policy calls, as Postgres resolved them: overloads cannot be distinguished by their names.
select distinct
  n.nspname as schema,
  c.relname as relation,
  p.polname as policy,
  fn.nspname as "functionSchema",
  f.proname as "functionName",
  pg_get_function_identity_arguments(f.oid) collate "C" as "identityArguments"
from pg_depend d
join pg_policy p on d.classid = 'pg_policy'::regclass and d.objid = p.oid
join pg_class c on c.oid = p.polrelid
join pg_namespace n on n.oid = c.relnamespace
join pg_proc f on d.refclassid = 'pg_proc'::regclass and d.refobjid = f.oid
join pg_namespace fn on fn.oid = f.pronamespace
order by 1, 2, 3, 4, 5, 6
