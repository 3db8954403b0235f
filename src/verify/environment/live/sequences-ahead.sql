-- Move sequences ahead by a number of steps, except those that have not so many left. Run it on sequences whose file is
-- this transaction's own.
select setval(s.seqrelid::regclass, moved.value::int8)
from pg_sequence s
cross join lateral (
  select coalesce(pg_sequence_last_value(s.seqrelid), s.seqstart)::numeric + $2::numeric * s.seqincrement as value
) moved
where s.seqrelid = any ($1::oid[]) and moved.value between s.seqmin and s.seqmax
