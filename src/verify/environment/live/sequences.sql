-- Every sequence that outlives the session, with the right of the login to alter it.
select
  c.oid::int8::text as id,
  n.nspname as schema,
  c.relname as name,
  s.seqincrement::text as increment,
  pg_has_role(c.relowner, 'USAGE') as owned
from pg_sequence s
join pg_class c on c.oid = s.seqrelid
join pg_namespace n on n.oid = c.relnamespace
where c.relpersistence <> 't'
order by n.nspname collate "C", c.relname collate "C"
