-- The values that the source gives to each of its active members, in the order of the claims.
select distinct {{userId}} as "user", jsonb_build_array({{values}})::text as values
from {{relation}} as {{alias}}
where {{active}} and ({{user}}) is not null
order by 1, 2
