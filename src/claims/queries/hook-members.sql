-- Active members to call a hook for, with the values of the source and the contents of the event from Supabase Auth.
select f.user_id as id, to_json(f.expected) as expected, coalesce(u.raw_app_meta_data, '{}')::text as "appMetadata"
from (
  select distinct on ({{userId}}) {{userId}} as user_id, {{expected}} as expected
  from {{relation}} as {{alias}}
  where {{active}} and ({{user}}) is not null
  order by {{userId}}
) f
join auth.users u on u.id::text = f.user_id
order by f.user_id collate "C"
limit 20
