-- The policies of every relation and whether its row security is on, in one text.
select coalesce(string_agg(line, E'\n' order by line), '') as policies
from (
  select format('%s %s %s %s | %s | %s', p.polrelid::regclass, p.polname, p.polcmd, p.polpermissive,
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as line
  from pg_policy p
  union all
  select format('%s %s %s', c.oid::regclass, c.relrowsecurity, c.relforcerowsecurity)
  from pg_class c
  where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
) lines;
