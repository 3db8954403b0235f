create schema fuzz;

create function fuzz.skip() returns trigger language plpgsql as $$ begin return null; end $$;
create trigger keep before update on public.docs for each row when (old.touched = 9) execute function fuzz.skip();

-- What one statement did, with its effects rolled back: {allow|deny|error SQLSTATE message}.
create function fuzz.once(role text, statement text, argument jsonb) returns text language plpgsql as $$
declare
  reached int;
begin
  begin
    perform set_config('role', role, true);
    execute statement using argument;
    get diagnostics reached = row_count;
    -- no permissive policy is for the role
    if reached = 0 then raise exception using errcode = 'FZ001'; end if;
    raise exception using errcode = 'FZ010';
  exception
    when sqlstate 'FZ010' then return 'allow';
    when sqlstate 'FZ001' then return 'deny';
    when insufficient_privilege then
      if sqlerrm like 'new row violates row-level security policy%' then return 'deny'; end if;
      return 'error 42501 ' || sqlerrm;
    when others then return 'error ' || sqlstate || ' ' || sqlerrm;
  end;
end $$;

-- Which rows of docs a role reads, changes or deletes, in their order; null when it raised.
create function fuzz.reached(component text, role text, ids uuid[], out outcomes text[], out failure text) language plpgsql as $$
declare
  found uuid[];
begin
  begin
    perform set_config('role', role, true);
    if component = 'SELECT' then
      execute 'select coalesce(array_agg(id), ''{}'') from docs' into found;
    elsif component = 'UPDATE USING' then
      execute 'update docs set touched = 1';
    else
      execute 'delete from docs';
    end if;
    perform set_config('role', 'none', true);
    if component = 'UPDATE USING' then
      select coalesce(array_agg(id), '{}') into found from docs where touched = 1;
    elsif component = 'DELETE' then
      select coalesce(array_agg(gone), '{}') into found from unnest(ids) gone where not exists (select from docs where id = gone);
    end if;
    raise exception using errcode = 'FZ010';
  exception
    when sqlstate 'FZ010' then
      select array_agg(case when id = any (found) then 'allow' else 'deny' end order by at) into outcomes
        from unnest(ids) with ordinality as wanted (id, at);
    when others then
      failure := 'error ' || sqlstate || ' ' || sqlerrm;
  end;
end $$;

-- Policies first, then every state in a sub-transaction of its own; all is rolled back.
-- A state: {role, settings, members, orgs, admins, docs, candidates, old, whole}. The answer: [{assumed, outcomes}] or {ddl: message}.
create function fuzz.run(ddl text, component text, assumption text, states jsonb) returns jsonb language plpgsql as $$
declare
  answers jsonb[] := '{}';
  state jsonb;
  role text;
  name text;
  value text;
  assumed boolean;
  outcomes text[];
  failure text;
  ids uuid[];
  one uuid;
  alone text[];
  single text;
  candidate jsonb;
  ready boolean := false;
begin
  begin
    execute ddl;
    ready := true;
    for state in select * from jsonb_array_elements(states) loop
      outcomes := null;
      assumed := true;
      begin
        role := state ->> 'role';
        for name, value in select * from jsonb_each_text(state -> 'settings') loop
          perform set_config(name, value, true);
        end loop;
        if assumption <> '' then
          begin
            execute 'select ' || assumption into assumed;
          exception when others then assumed := false;
          end;
          assumed := coalesce(assumed, false);
        end if;
        if assumed or (state ? 'always') then
          if state ? 'members' then insert into members select * from jsonb_populate_recordset(null::members, state -> 'members'); end if;
          if state ? 'orgs' then insert into orgs select * from jsonb_populate_recordset(null::orgs, state -> 'orgs'); end if;
          if state ? 'admins' then insert into admins select * from jsonb_populate_recordset(null::admins, state -> 'admins'); end if;
          if state ? 'docs' then insert into docs select * from jsonb_populate_recordset(null::docs, state -> 'docs'); end if;
          if component in ('SELECT', 'UPDATE USING', 'DELETE') then
            select array_agg((doc ->> 'id')::uuid order by at) into ids from jsonb_array_elements(state -> 'docs') with ordinality as given (doc, at);
            select reached.outcomes, reached.failure into outcomes, failure from fuzz.reached(component, role, ids) reached;
            if failure is not null and (state ? 'whole' or cardinality(ids) = 1) then
              outcomes := array_fill(failure, array[cardinality(ids)]);
            elsif failure is not null then
              -- some row raised: each on its own then
              outcomes := '{}';
              foreach one in array ids loop
                begin
                  delete from docs where id <> one;
                  select reached.outcomes, reached.failure into alone, failure from fuzz.reached(component, role, array[one]) reached;
                  single := coalesce(failure, alone[1]);
                  raise exception using errcode = 'FZ001';
                exception when sqlstate 'FZ001' then null;
                end;
                outcomes := outcomes || single;
              end loop;
            end if;
          elsif component = 'INSERT' then
            outcomes := '{}';
            for candidate in select * from jsonb_array_elements(state -> 'candidates') loop
              outcomes := outcomes || fuzz.once(role, 'insert into docs select * from jsonb_populate_record(null::docs, $1)', candidate);
            end loop;
          else
            insert into docs select * from jsonb_populate_record(null::docs, state -> 'old');
            outcomes := '{}';
            for candidate in select * from jsonb_array_elements(state -> 'candidates') loop
              outcomes := outcomes || fuzz.once(role,
                'update docs set (id, tenant_id, owner, org_id, pub, flag, role, n, kind, due, tags) = (select id, tenant_id, owner, org_id, pub, flag, role, n, kind, due, tags from jsonb_populate_record(null::docs, $1))',
                candidate);
            end loop;
          end if;
        end if;
        raise exception using errcode = 'FZ002';
      exception
        when sqlstate 'FZ002' then null;
        when others then outcomes := array['setup ' || sqlstate || ' ' || sqlerrm];
      end;
      answers := answers || jsonb_build_object('assumed', assumed, 'outcomes', outcomes);
    end loop;
    raise exception using errcode = 'FZ003';
  exception
    when sqlstate 'FZ003' then null;
    when others then
      if ready then raise; end if;
      return jsonb_build_object('ddl', sqlstate || ' ' || sqlerrm);
  end;
  return to_jsonb(answers);
end $$;
