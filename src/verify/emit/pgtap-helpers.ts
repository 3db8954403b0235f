import { NO_REFUSAL } from "./contents.ts";
import { SHORT_ID } from "./short.ts";

/**
 * The functions that run a statement as a persona. They are created before pgTAP's schema joins the search path and
 * keep the path of that moment, which the fixtures use: pgTAP's names cannot hide those of the project. An error in a
 * statement of the login is raised and so ends the file: it would otherwise look like a denial. `emptied`: rows of VALUES.
 */
export const helpers = (
  emptied: readonly string[],
): string => `-- The whole uuid of a short one: #1010.5300 is 00001010-0000-4000-8000-000000005300.
create function pg_temp.rlsmith_whole(text) returns text
language sql immutable
as $rlsmith$
  select regexp_replace($1, '${SHORT_ID.pattern}', E'${SHORT_ID.whole[0]}\\\\1${SHORT_ID.whole[1]}\\\\2', 'g')
$rlsmith$;

create procedure pg_temp.rlsmith_put(statement text)
language plpgsql
as $rlsmith$
begin
  execute pg_temp.rlsmith_whole(statement);
end
$rlsmith$;

-- The rows of some relations as a JSON array: whose each is, the relation, the key, a value that changes with it, and
-- its text.
create function pg_temp.rlsmith_rows(probes text[]) returns jsonb
language plpgsql
set search_path from current
as $rlsmith$
declare
  probe pg_temp.rlsmith_probe;
  part jsonb;
  found jsonb := '[]';
begin
  for probe in select p.* from pg_temp.rlsmith_probe p where p.name = any (probes) loop
    execute format(
      'select coalesce(jsonb_agg(jsonb_build_array(whose, %L, key, version, contents)), ''[]'') from (
         select %s as whose, %s as key, t.tableoid::text || t.ctid::text as version, (t.*)::text as contents from %s t
       ) r where whose is not null',
      probe.name, pg_temp.rlsmith_whole(probe.whose), probe.key, coalesce(probe.rel, probe.name)
    ) into part;
    found := found || part;
  end loop;
  return found;
end
$rlsmith$;

-- Runs one statement as a persona, and undoes all of it. The answer says whose rows it reached, one of another tenant
-- before one of its own: 'foreign', 'own', 'tenantless', 'rows' whose owner is unknown, or 'nothing'. Or it is 'error'
-- and the code; 'done' or 'output' and the output where no rows are watched.
create function pg_temp.rlsmith_run(
  persona text, answers text, statement text, probes text[], hides text[], setup text[], before text[]
) returns text
language plpgsql
set search_path from current
as $rlsmith$
declare
  login text := current_setting('role');
  sender pg_temp.rlsmith_persona;
  step text;
  word record;
  reading text;
  earlier jsonb := '[]';
  stands jsonb;
  output text;
  returned record;
  detail text;
  hint text;
  reached text[];
  answer text;
begin
  select p.* into strict sender from pg_temp.rlsmith_persona p where p.name = persona;
  if statement is null then
    select format('select coalesce(jsonb_agg(%s), ''[]'')::text from %s t', p.key, coalesce(p.rel, p.name)) into reading
    from pg_temp.rlsmith_probe p where p.name = any (probes);
  end if;
  for word in select * from jsonb_each_text(sender.own_words) loop
    statement := replace(statement, '{' || word.key || '}', word.value);
  end loop;
  statement := pg_temp.rlsmith_whole(coalesce(reading, statement));
  begin
    -- empty, as on a pooled connection: what a session has set once is never unset again in it
    perform set_config(name, value, true) from (values
      ${emptied.join(", ")}
    ) as empty (name, value);
    -- off: raises where row security would hide rows from the login, and with them every change
    perform set_config('row_security', 'off', true);
    if cardinality(setup) > 0 then
      earlier := pg_temp.rlsmith_rows(probes);
      -- a step may act as another persona
      perform set_config('row_security', 'on', true);
      foreach step in array setup loop
        execute pg_temp.rlsmith_whole(step);
      end loop;
      perform set_config('row_security', 'off', true);
    end if;
    stands := pg_temp.rlsmith_rows(probes);
    perform set_config('row_security', 'on', true);
    perform set_config('request.jwt.claims', coalesce(pg_temp.rlsmith_whole(sender.claims), ''), true);
    perform set_config(s.key, pg_temp.rlsmith_whole(s.value), true) from jsonb_each_text(sender.settings) s;
    perform set_config('role', sender.role, true);
    begin
      foreach step in array before loop
        execute pg_temp.rlsmith_whole(step);
      end loop;
      if answers = 'changes' then
        execute statement;
      elsif statement ~ '^call ' then
        execute statement into returned;
        output := jsonb_build_array(to_jsonb(returned))::text;
      else
        execute statement into output;
      end if;
    exception
      when others or assert_failure then
        get stacked diagnostics detail = pg_exception_detail, hint = pg_exception_hint;
        answer := 'error ' || sqlstate;
        output := concat_ws(E'\\n', sqlerrm, detail, hint);
    end;
    if exists (
      select from unnest(hides) value
      where output ~ ('(^|[^[:alnum:]_])' || regexp_replace(pg_temp.rlsmith_whole(value), '([^[:alnum:] _-])', E'\\\\\\\\\\\\1', 'g') || '($|[^[:alnum:]_])')
    ) then
      answer := 'foreign';
    elsif answer is null and answers = 'keys' then
      -- a row is whose it was before the preparation, which may have taken its owner away
      select array_agg(coalesce(r.whose, 'x')) into reached
      from jsonb_array_elements(output::jsonb) k left join lateral (
        select e.row ->> 0 as whose from jsonb_array_elements(earlier || stands) with ordinality e(row, n)
        where e.row -> 2 = k order by n limit 1
      ) r on true
      where reading is null or r.whose is not null;
    elsif answer is null and cardinality(probes) = 0 then
      answer := case answers when 'output' then 'output ' || coalesce(output, '') else 'done' end;
    elsif answer is null then
      -- no call: the persona may lack EXECUTE on set_config
      execute format('set local role %I', login);
      perform set_config('row_security', 'off', true);
      with old as (select jsonb_array_elements(stands) as r),
      new as (select jsonb_array_elements(pg_temp.rlsmith_rows(probes)) as r)
      select array_agg(r ->> 0) into reached
      from ((table old except table new) union all (table new except table old)) changed;
      -- another tenant's value in an own row that was written can be read there
      if exists (
        select from (
          select jsonb_array_elements(pg_temp.rlsmith_rows(probes)) except select jsonb_array_elements(stands)
        ) new (r)
        cross join unnest(hides) value
        where r ->> 0 = 'o' and r ->> 4
          ~ ('(^|[^[:alnum:]_])' || regexp_replace(pg_temp.rlsmith_whole(value), '([^[:alnum:] _-])', E'\\\\\\\\\\\\1', 'g') || '($|[^[:alnum:]_])')
      ) then
        answer := 'foreign';
      end if;
    end if;
    answer := coalesce(answer, case
      when 'f' = any (reached) then 'foreign' when 'o' = any (reached) then 'own'
      when 'n' = any (reached) then 'tenantless' when reached is not null then 'rows' else 'nothing'
    end);
    raise exception using errcode = 'RLS00', message = 'undo';
  exception
    when sqlstate 'RLS00' then return answer;
  end;
end
$rlsmith$;

create function pg_temp.rlsmith_is_active(role text, relation regclass) returns boolean
language plpgsql
as $rlsmith$
declare
  answer boolean;
begin
  perform set_config('row_security', 'on', true), set_config('role', role, true);
  answer := row_security_active(relation);
  raise exception using errcode = 'RLS00', message = 'undo';
exception
  when sqlstate 'RLS00' then return answer;
end
$rlsmith$;`;

/** pgTAP may be in any schema; where it is not installed, the file installs it and its rollback removes it. */
export const PGTAP = `-- pgTAP may be in any schema; where it is not installed, it comes and goes with this transaction.
do $rlsmith$
declare
  home text;
begin
  if to_regprocedure('lives_ok(text,text)') is null and not exists (select from pg_extension where extname = 'pgtap') then
    if to_regnamespace('extensions') is null then
      create extension pgtap;
    else
      create extension pgtap with schema extensions;
    end if;
  end if;
  select quote_ident(n.nspname) into home
  from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pgtap';
  perform set_config('search_path', concat_ws(', ', home, nullif(current_setting('search_path'), '')), true);
end
$rlsmith$;`;

/** Created once pgTAP's schema is in the search path. */
export const CHECK = `-- One test for each role and relation: row security is active.
create function pg_temp.rlsmith_guarded(roles text[], relations text[]) returns setof text
language sql
as $rlsmith$
  select is(pg_temp.rlsmith_is_active(role, relation::regclass), true,
    format('as %s: row security is active on %s', replace(role, '#', E'\\\\#'), replace(relation, '#', E'\\\\#')))
  from unnest(relations) relation, unnest(roles) role
$rlsmith$;

-- One test for each persona. Without a statement, it reads all rows of the relation. \`own\` must reach rows of their
-- own, and \`rows\` rows whose owner is unknown; \`not_foreign\` must not reach a row of another tenant, and \`nothing\`,
-- by default all others, must reach none: any refusal is as good, except that of a constraint, which comes after the
-- policies, unless \`constraints\` names what they must reach. The output must hold none of the values in \`hides\`, and
-- be the same as that of \`same_as\`; the answer must not match \`never\`.
create function pg_temp.rlsmith_check(
  relation text, attack text, statement text,
  own text[] default '{}', rows text[] default '{}', not_foreign text[] default '{}', nothing text[] default null,
  probes text[] default null, hides text[] default '{}', same_as text default null, never text default null,
  setup text[] default '{}', before text[] default '{}', constraints text[] default '{}',
  answers text default null
) returns setof text
language plpgsql
as $rlsmith$
declare
  persona text;
  watched text[] := coalesce(probes, array[relation]);
  others text[] := coalesce(nothing, array(
    select p.name from pg_temp.rlsmith_persona p
    where not p.only_named and p.name <> all (coalesce(own, '{}') || rows || not_foreign)
  ));
  wanted text;
  answer text;
  passes boolean;
begin
  own := coalesce(own, '{}');
  answers := coalesce(answers, case when statement is null then 'keys' else 'changes' end);
  foreach persona in array own || rows || not_foreign || others loop
    answer := pg_temp.rlsmith_run(persona, answers, statement, watched, hides, setup, before);
    wanted := case
      when persona = any (own) then 'own' when persona = any (rows) then 'rows'
      when persona = any (not_foreign) then 'no row of another tenant' else 'nothing'
    end;
    if never is not null then
      wanted := 'no answer like ' || never;
      passes := answer !~ never;
    elsif same_as is not null then
      wanted := pg_temp.rlsmith_run(persona, answers, same_as, watched, hides, setup, before);
      passes := answer = wanted or answer ~ '^error ';
    else
      passes := answer = wanted
        or answer ~ '^error ' and wanted <> 'own' and wanted <> 'rows'
          and (wanted <> 'nothing' or answer !~ '^error 23')
        or answer ~ '^error 23' and wanted = any (constraints)
        or wanted = 'no row of another tenant' and answer <> 'foreign';
    end if;
    if answer ~ '${NO_REFUSAL}' then
      passes := false;
    end if;
    return next is(case when passes then wanted else answer end, wanted,
      persona || ': ' || attack || ', ' || replace(relation, '#', E'\\\\#'));
  end loop;
end
$rlsmith$;`;
