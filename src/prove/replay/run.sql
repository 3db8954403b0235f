-- The driver of a replay, made in its transaction. Each situation runs in a sub-transaction that is always rolled back.
create schema rlsmith_replay;

create function rlsmith_replay.run(situations jsonb)
returns jsonb
language plpgsql
as $$
declare
  results jsonb := '[]';
  situation jsonb;
  statement text;
  place text;
  answer text;
  assumed boolean;
begin
  for situation in select value from jsonb_array_elements(situations) loop
    assumed := null;
    begin
      place := '(0,0)';
      begin
        for statement in select jsonb_array_elements_text(situation -> 'rows') loop
          execute statement;
        end loop;
        if situation ->> 'target' is not null then
          execute situation ->> 'target' into place;
        end if;
      exception when others then
        raise exception using errcode = 'RL002', message = 'the rows cannot be there: ' || sqlerrm;
      end;
      perform set_config('rlsmith_replay.place', place, true);
      perform set_config(s.key, s.value, true) from jsonb_each_text(situation -> 'settings') s;
      begin
        execute situation ->> 'assumption' into assumed;
      exception when others then
        assumed := false;
      end;
      perform set_config('role', situation ->> 'role', true);
      if (situation ->> 'reads')::boolean then
        execute replace(situation ->> 'statement', '@place', quote_literal(place)) into answer;
      else
        execute situation ->> 'statement';
        answer := 'true';
      end if;
      if situation ->> 'gone' is not null then
        perform set_config('role', 'none', true);
        execute replace(situation ->> 'gone', '@place', quote_literal(place)) into answer;
      end if;
      raise exception using errcode = 'RL001', message = coalesce(answer, 'true');
    exception
      when sqlstate 'RL001' then
        results := results || jsonb_build_object('assumed', assumed, 'reached', sqlerrm);
      when others then
        results := results || jsonb_build_object('assumed', assumed, 'error', sqlstate, 'message', sqlerrm);
    end;
  end loop;
  return results;
end
$$;
