-- The claims of one token as a hook leaves them.
select answer -> 'error' is not null as refused, (answer -> 'claims')::text as claims
from (
  select {{hook}}(jsonb_build_object('user_id', $1::text, 'authentication_method', 'password', 'claims', $2::text::jsonb)) as answer
) called
