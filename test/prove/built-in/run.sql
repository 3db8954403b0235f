create schema fuzz;
-- Run a statement; false where PostgreSQL refuses it.
create function fuzz.try(statement text) returns boolean language plpgsql as $$
begin
  execute statement;
  return true;
exception when others then return false;
end $$;

-- For each request and each table what the role finds, a letter for each row: 1 found, 0 not found, e an error.
create function fuzz.points(tables text[], ids int[], requests jsonb) returns jsonb language plpgsql as $$
declare
  answers jsonb := '[]';
  request jsonb;
  one text;
  id int;
  found_ids int[];
  is_there boolean;
  letters text;
  listed text[];
begin
  for request in select * from jsonb_array_elements(requests) loop
    perform set_config('request.jwt.claims', request ->> 'claims', true);
    listed := '{}';
    foreach one in array tables loop
      begin
        perform set_config('role', request ->> 'role', true);
        execute 'select array_agg(id) from ' || one into found_ids;
        perform set_config('role', 'none', true);
        letters := '';
        foreach id in array ids loop
          letters := letters || case when id = any (found_ids) then '1' else '0' end;
        end loop;
      exception when others then
        -- a row raised an error: each on its own, found by the key before the policy is asked
        letters := '';
        foreach id in array ids loop
          begin
            perform set_config('role', request ->> 'role', true);
            execute 'select exists (select from ' || one || ' where id = ' || id || ')' into is_there;
            perform set_config('role', 'none', true);
            letters := letters || case when is_there then '1' else '0' end;
          exception when others then letters := letters || 'e';
          end;
        end loop;
      end;
      listed := listed || letters;
    end loop;
    answers := answers || jsonb_build_array(listed);
  end loop;
  return answers;
end $$;
