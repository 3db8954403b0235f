select tgname as name
from pg_trigger
where tgrelid = to_regclass($1) and not tgisinternal and not tgname = any ($2::text[])
order by tgname collate "C"
