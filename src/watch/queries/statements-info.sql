-- Read before and after the entries: the reading of one of them is atomic, the reading of both is not.
select dealloc::text as evictions, round(extract(epoch from stats_reset) * 1000000)::text as reset
from {{schema}}.pg_stat_statements_info
