-- The driver of the comparison, run on forks only. Each statement runs as PostgREST would run it (SET LOCAL role and
-- claims), in a sub-transaction that is always rolled back, so that no statement sees the changes of another.
create schema rlsmith_rehearsal;

create function rlsmith_rehearsal.run(role text, claims text, settings jsonb, statements jsonb)
returns jsonb
language plpgsql
as $$
declare
  results jsonb := '[]';
  statement jsonb;
  answer text;
  affected bigint;
begin
  for statement in select value from jsonb_array_elements(statements) loop
    begin
      -- null claims: the setting is not touched, so that on a fresh connection it really is unset
      if claims is not null then
        perform set_config('request.jwt.claims', claims, true);
      end if;
      perform set_config(s.key, s.value, true) from jsonb_each_text(settings) s;
      perform set_config('role', role, true);
      answer := null;
      if (statement ->> 'reads')::boolean then
        execute statement ->> 'sql' into answer;
      else
        execute statement ->> 'sql';
        get diagnostics affected = row_count;
        answer := affected::text;
      end if;
      raise exception using errcode = 'RL001', message = coalesce(answer, '');
    exception
      when sqlstate 'RL001' then
        results := results || jsonb_build_object('answer', sqlerrm);
      when others then
        results := results || jsonb_build_object('error', sqlstate);
    end;
  end loop;
  return results;
end
$$;
