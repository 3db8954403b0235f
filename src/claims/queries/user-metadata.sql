-- Users who hold a key of a synced claim in the metadata that they write themselves.
select count(*)::int as total, coalesce(to_json((array_agg(u.id::text order by u.id::text collate "C"))[1:20]), '[]') as ids
from auth.users u
where {{holds}}
