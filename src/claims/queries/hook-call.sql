-- One call as Supabase Auth makes it, without data that identifies a person; only the synced claims are returned.
select
  answer -> 'error' is not null as refused,
  to_json({{returned}}) as claims
from (
  select {{hook}}(jsonb_build_object(
    'user_id', $1::text,
    'authentication_method', 'password',
    'claims', jsonb_build_object(
      'sub', $1::text, 'aud', 'authenticated', 'role', 'authenticated', 'aal', 'aal1', 'is_anonymous', false, 'email', '', 'phone', '',
      'session_id', '00000000-0000-0000-0000-000000000000', 'iss', '', 'iat', extract(epoch from now())::bigint,
      'exp', extract(epoch from now())::bigint + 3600, 'app_metadata', $2::text::jsonb, 'user_metadata', '{}'::jsonb
    )
  )) as answer
) called
