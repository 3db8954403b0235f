-- Users whose own metadata, which they write themselves, holds a key of a synced claim.
select count(*)::int as total, coalesce(to_json((array_agg(u.id::text order by u.id::text collate "C"))[1:20]), '[]') as ids
from auth.users u
where {{holds}}
