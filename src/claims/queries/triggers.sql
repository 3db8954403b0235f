-- The events and conditions that fire the triggers of one relation.
select
  t.tgname as name,
  t.tgenabled in ('O', 'A') as enabled,
  t.tgenabled::text as firing,
  t.tgtype & 1 <> 0 as "eachRow",
  t.tgtype & 4 <> 0 as "onInsert",
  t.tgtype & 16 <> 0 as "onUpdate",
  t.tgtype & 8 <> 0 as "onDelete",
  coalesce((
    select json_agg(a.attname order by a.attnum)
    from pg_attribute a
    where a.attrelid = t.tgrelid and a.attnum = any (t.tgattr::int2[])
  ), '[]') as "updateOf",
  t.tgqual is not null as conditional
from pg_trigger t
join pg_class c on c.oid = t.tgrelid
join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and not t.tgisinternal
order by t.tgname collate "C"
