-- Users who can sign in, with the claims that Supabase Auth puts into the first token of a session, by password.
select
  u.id::text as id,
  coalesce(nullif(u.role, ''), 'authenticated') as role,
  jsonb_build_object(
    'sub', u.id::text, 'aud', coalesce(nullif(u.aud, ''), 'authenticated'),
    'role', coalesce(nullif(u.role, ''), 'authenticated'),
    'email', coalesce(u.email, ''), 'phone', coalesce(to_jsonb(u) ->> 'phone', ''),
    'app_metadata', coalesce(u.raw_app_meta_data, '{}'), 'user_metadata', coalesce(u.raw_user_meta_data, '{}'),
    'aal', 'aal1', 'amr', '[{"method": "password", "timestamp": 0}]'::jsonb, 'iss', '',
    'session_id', '00000000-0000-0000-0000-000000000000', 'is_anonymous', coalesce(to_jsonb(u) -> 'is_anonymous', 'false'),
    'iat', extract(epoch from now())::bigint, 'exp', extract(epoch from now())::bigint + 3600
  )::text as claims
from auth.users u
where
  to_jsonb(u) ->> 'deleted_at' is null
  and coalesce((to_jsonb(u) ->> 'banned_until')::timestamptz <= now(), true)
order by u.id
