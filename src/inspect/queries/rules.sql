-- Rewrite rules on relations outside the system schemas, without the rules that define views.
select
  n.nspname as schema,
  c.relname as relation,
  r.rulename as name,
  pg_get_ruledef(r.oid) as definition,
  r.ev_enabled <> 'D' as enabled
from pg_rewrite r
join pg_class c on c.oid = r.ev_class
join pg_namespace n on n.oid = c.relnamespace
where r.rulename <> '_RETURN'
  and n.nspname not in ('pg_catalog', 'information_schema', 'rlsmith')
  and n.nspname not like 'pg\_%'
order by n.nspname collate "C", c.relname collate "C", r.rulename collate "C"
