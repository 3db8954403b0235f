-- What would refuse a row made for a probe. On a scratch database, in a transaction that is rolled back.
select conname as name
from pg_constraint
where conrelid = to_regclass($1) and contype in ('f', 'c', 'x') and coninhcount = 0
order by conname collate "C"
