-- What the harness needs in its database: Supabase's token functions, and a loop over points.
create schema auth;
grant usage on schema auth to public;
create function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim', true), ''), nullif(current_setting('request.jwt.claims', true), ''))::jsonb $$;
create function auth.uid() returns uuid language sql stable as $$
  select coalesce(nullif(current_setting('request.jwt.claim.sub', true), ''), (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'))::uuid $$;

create schema confirm;
grant usage on schema confirm to public;
create function confirm.eager_and(a boolean, b boolean) returns boolean language plpgsql stable as $$ begin return a and b; end $$;
create function confirm.eager_or(a boolean, b boolean) returns boolean language plpgsql stable as $$ begin return a or b; end $$;
-- the second is only evaluated: the condition on a row of NULLs
create function confirm.eager_any(a boolean[], nothing boolean[]) returns boolean language plpgsql stable as $$ begin return coalesce(true = any (a), false); end $$;

-- Set the settings of a point and put its rows into the tables of every schema.
create function confirm.arrange(point jsonb, schemas text[], leave_out text) returns void language plpgsql as $$
declare s text; t text; v text;
begin
  perform set_config('search_path', 'public', true);
  for t, v in select key, value from jsonb_each_text(point -> 'settings') loop
    perform set_config(t, v, true);
  end loop;
  foreach s in array schemas loop
    for t in select jsonb_object_keys(point -> 'tables') loop
      execute format('delete from %I.%I', s, t);
      if t is distinct from leave_out then
        execute format('insert into %1$I.%2$I select * from jsonb_populate_recordset(null::%1$I.%2$I, $1) on conflict do nothing', s, t)
          using point -> 'tables' -> t;
      end if;
    end loop;
  end loop;
end $$;

-- allow, deny, or error:<sqlstate>
create function confirm.outcome(expression text, s text, t text, r text, candidate jsonb) returns text language plpgsql as $$
declare yes boolean;
begin
  perform set_config('search_path', s || ',public', true);
  perform set_config('role', r, true);
  execute format('select (%s) is true from jsonb_populate_record(null::%I.%I, $1) as %I', expression, s, t, t) into strict yes using candidate;
  perform set_config('role', 'none', true);
  return case when yes then 'allow' else 'deny' end;
exception when others then
  perform set_config('role', 'none', true);
  return 'error:' || sqlstate || ' ' || sqlerrm;
end $$;

create function confirm.expressions(points jsonb, wanted int, t text, assumption text, late boolean, old_plain text, new_plain text, old_eager text, new_eager text)
returns setof jsonb language plpgsql as $$
declare
  point jsonb; kept int := 0; number int := -1;
  schemas constant text[] := array['o', 'n', 'oe', 'ne'];
begin
  for point in select value from jsonb_array_elements(points) loop
    number := number + 1;
    perform confirm.arrange(point, case when late then schemas else array[]::text[] end, null);
    continue when confirm.outcome(assumption, 'o', t, 'authenticated', point -> 'row') <> 'allow';
    if not late then perform confirm.arrange(point, schemas, null); end if;
    kept := kept + 1;
    return next jsonb_build_object(
      'number', number,
      'o', confirm.outcome(old_plain, 'o', t, 'authenticated', point -> 'row'),
      'n', confirm.outcome(new_plain, 'n', t, 'authenticated', point -> 'row'),
      'oe', confirm.outcome(old_eager, 'oe', t, 'authenticated', point -> 'row'),
      'ne', confirm.outcome(new_eager, 'ne', t, 'authenticated', point -> 'row'));
    exit when kept >= wanted;
  end loop;
end $$;

-- Run a statement as a role and take it back. The number of rows, or the error.
create function confirm.attempt(statement text, s text, r text, candidate jsonb) returns text language plpgsql as $$
declare n int;
begin
  perform set_config('search_path', s || ',public', true);
  perform set_config('role', r, true);
  if statement like 'select%' then
    execute statement into n using candidate;
  else
    execute statement using candidate;
    get diagnostics n = row_count;
  end if;
  raise exception sqlstate 'TAKE1' using message = n;
exception
  when sqlstate 'TAKE1' then
    perform set_config('role', 'none', true);
    return sqlerrm;
  when others then
    perform set_config('role', 'none', true);
    return case
      when sqlstate = '42501' and sqlerrm like '%row-level security%' then 'check'
      when sqlstate = '42501' then 'privilege'
      when sqlstate like '23%' then 'constraint'
      else 'error:' || sqlstate || ' ' || sqlerrm end;
end $$;

create function confirm.put(s text, t text, candidate jsonb) returns void language plpgsql as $$
begin
  execute format('delete from %I.%I', s, t);
  if candidate is not null then
    execute format('insert into %1$I.%2$I select * from jsonb_populate_record(null::%1$I.%2$I, $1)', s, t) using candidate;
  end if;
end $$;

create function confirm.policies(point jsonb, s text, t text, r text) returns jsonb language plpgsql as $$
declare
  one constant jsonb := point -> 'row';
  alternative jsonb; got text; failed text; answer jsonb := '{}';
  change text;
  rows_of constant text := format('jsonb_populate_record(null::%I.%I, $1)', s, t);
begin
  select format('update %I.%I set (%s) = (select %s from %s as _new)', s, t, string_agg(quote_ident(attname), ','),
    string_agg('_new.' || quote_ident(attname), ','), rows_of) into change
  from pg_attribute where attrelid = format('%I.%I', s, t)::regclass and attnum > 0 and not attisdropped;

  perform confirm.put(s, t, one);
  got := confirm.attempt(format('select count(*) from %I.%I', s, t), s, r, null);
  answer := answer || jsonb_build_object('SELECT', case got when '1' then 'allow' when '0' then 'deny' when 'privilege' then 'deny' else got end);
  got := confirm.attempt(format('delete from %I.%I', s, t), s, r, null);
  answer := answer || jsonb_build_object('DELETE', case got when '1' then 'allow' when '0' then 'deny' when 'privilege' then 'deny' else got end);

  failed := null;
  for alternative in select one union all select value from jsonb_array_elements(point -> 'others') loop
    got := confirm.attempt(change, s, r, alternative);
    if got in ('1', 'check', 'constraint') then got := 'allow'; exit; end if;
    if got in ('0', 'privilege') then got := 'deny'; exit; end if;
  end loop;
  answer := answer || jsonb_build_object('UPDATE_USING', got);

  failed := null;
  for alternative in select one union all select value from jsonb_array_elements(point -> 'others') loop
    perform confirm.put(s, t, alternative);
    got := confirm.attempt(change, s, r, one);
    if got in ('1', 'constraint') then got := 'allow'; exit; end if;
    if got in ('check', 'privilege') then got := 'deny'; exit; end if;
    if got = '0' then failed := 'unseen'; end if;
  end loop;
  answer := answer || jsonb_build_object('UPDATE_CHECK', case when got in ('allow', 'deny') then got else coalesce(failed, got) end);

  perform confirm.put(s, t, null);
  got := confirm.attempt(format('insert into %I.%I select * from %s', s, t, rows_of), s, r, one);
  answer := answer || jsonb_build_object('INSERT', case got when '1' then 'allow' when 'constraint' then 'allow' when 'check' then 'deny' when 'privilege' then 'deny' else got end);
  return answer;
end $$;

create function confirm.policy_sets(points jsonb, t text, r text) returns setof jsonb language plpgsql as $$
declare point jsonb; number int := -1;
begin
  for point in select value from jsonb_array_elements(points) loop
    number := number + 1;
    perform confirm.arrange(point, array['o', 'n', 'oe', 'ne'], t);
    return next jsonb_build_object('number', number,
      'o', confirm.policies(point, 'o', t, r), 'n', confirm.policies(point, 'n', t, r),
      'oe', confirm.policies(point, 'oe', t, r), 'ne', confirm.policies(point, 'ne', t, r));
  end loop;
end $$;
