import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import {
  emptiedSettings,
  guardedTitle,
  NOTHING,
  NOTHING_FOREIGN,
  oneLine,
  privilegeTitle,
  rolesOf,
  sectionsOf,
  type CheckGroup,
} from "./contents.ts";
import type { IsolationTests, TestPersona } from "./isolation-tests.ts";
import { generatedLine } from "./place.ts";

/**
 * The tests as one SQL file for `pg_prove` and `supabase test db`. It needs pgTAP and nothing else, works in one
 * transaction that it rolls back, and must run as a login that bypasses row security and may become the personas'
 * roles. The same tests give the same text.
 */
export function pgtap(tests: IsolationTests): string {
  const roles = rolesOf(tests);
  const guarded = tests.guarded ?? [];
  const planned = roles.length * (1 + guarded.length) + tests.checks.length;
  const sections = [
    header(tests),
    personaTable(tests.personas),
    ["-- Rows of two invented tenants, beside those that are there already.", ...tests.fixtures.map(terminated)].join(
      "\n",
    ),
    helpers(emptiedSettings(tests)),
    PGTAP,
    CHECK,
    `select plan(${planned});`,
    [
      "-- Were a role above row security, the other tests would say nothing.",
      ...roles.map(privilegeTest),
      ...guarded.flatMap((relation) => roles.map((role) => guardedTest(role, relation))),
    ].join("\n"),
    ...sectionsOf(tests).flatMap(({ relation, probes, groups }) => [
      `-- ${oneLine(relation)}`,
      ...[...probes].map(
        ([name, sql]) => `insert into pg_temp.rlsmith_probe values (${literal(name)},\n  ${dollarQuote(sql)});`,
      ),
      ...groups.map((group) => checkTests(relation, group)),
    ]),
    "select * from finish();\nrollback;",
  ];
  return `${sections.join("\n\n")}\n`;
}

const header = (tests: IsolationTests): string => `-- ${generatedLine("pgtap")}
-- Row isolation in ${oneLine(tests.title)}: who reads and who changes whose rows. Run it with \`supabase test db\`,
-- or \`pg_prove --dbname <database> <this file>\`, as a login that row security does not hold back and that can become the roles below.
begin;
set local client_encoding = 'UTF8';`;

function personaTable(personas: readonly TestPersona[]): string {
  const rows = personas.map(
    ({ name, role, claims }) =>
      `  (${literal(tapTitle(name))}, ${literal(role)}, ${claims === null ? "null" : literal(claims)})`,
  );
  const insert = `insert into pg_temp.rlsmith_persona (name, role, claims) values\n${rows.join(",\n")};`;
  return `-- Who sends requests: with which role and which claims.
create temporary table rlsmith_persona (name text primary key, role text not null, claims text) on commit drop;${
    rows.length > 0 ? `\n${insert}` : ""
  }`;
}

/**
 * The functions that run a statement as a persona. They are created before pgTAP's schema joins the search path and
 * keep the path of that moment, which the fixtures use: pgTAP's names cannot hide those of the project. An error in a
 * statement of the login is raised and so ends the file: it would otherwise look like a denial.
 */
const helpers = (
  emptied: readonly string[],
): string => `-- How the rows of a relation stand, as one JSON array: a query each.
create temporary table rlsmith_probe (name text primary key, query text not null) on commit drop;

-- 'unchanged', or 'changed' and how many rows of which tenant. A probe returns a JSON array with an array for each row, and in it: o for a row
-- of the persona's tenant or f for one of the other's, the relation, the key, and what is different when the row is.
create function pg_temp.rlsmith_change(before jsonb, after jsonb) returns text
language sql as $rlsmith$
  with gone as (select jsonb_array_elements(before) as stands),
  come as (select jsonb_array_elements(after) as stands),
  changed as ((table gone except table come) union all (table come except table gone))
  select case when before is not distinct from after then 'unchanged' else 'changed' || coalesce(': ' || (
    select string_agg(rows, ', ' order by whose desc) from (
      select whose, count(distinct stands -> 2) || case whose when 'o' then ' own' else ' foreign' end as rows
      from changed, lateral (select stands ->> 0) w(whose) where whose in ('o', 'f') group by whose
    ) counted
  ), '') end
$rlsmith$;

-- Runs one statement as a persona, and undoes all of it.
-- Without a probe: the keys that the statement returns. With one: whether the login sees what the probe returns changed.
create function pg_temp.rlsmith_run(persona text, setup text[], settings jsonb, statement text, probe text) returns text
language plpgsql
set search_path from current
as $rlsmith$
declare
  login text := current_setting('role');
  sender pg_temp.rlsmith_persona;
  step text;
  before jsonb;
  after jsonb;
  answer text;
begin
  select p.* into strict sender from pg_temp.rlsmith_persona p where p.name = persona;
  begin
    -- empty, as on a pooled connection: what a session has set once is never unset again in it
    perform set_config(name, '', true) from unnest(array[${emptied.map(literal).join(", ")}]) name;
    perform set_config('request.jwt.claims', coalesce(sender.claims, ''), true);
    perform set_config(s.key, s.value, true) from jsonb_each_text(settings) s;
    foreach step in array setup loop
      execute step;
    end loop;
    if probe is not null then
      -- off: raises where row security would hide rows from the login, and with them every change
      perform set_config('row_security', 'off', true);
      execute probe into before;
    end if;
    perform set_config('row_security', 'on', true);
    perform set_config('role', sender.role, true);
    begin
      if probe is null then
        execute statement into answer;
        answer := case when coalesce(answer, '[]') = '[]' then 'sees nothing' else 'sees ' || answer end;
      else
        execute statement;
      end if;
    exception
      when others or assert_failure then answer := 'error ' || sqlstate;
    end;
    if answer is null then
      perform set_config('role', login, true);
      perform set_config('row_security', 'off', true);
      execute probe into after;
      answer := pg_temp.rlsmith_change(before, after);
    end if;
    raise exception using errcode = 'RLS00', message = 'undo';
  exception
    when sqlstate 'RLS00' then return answer;
  end;
end
$rlsmith$;

create function pg_temp.rlsmith_guarded(role text, relation regclass) returns boolean
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

const PGTAP = `-- pgTAP may be there, in any schema; where it is not, it comes and goes with this transaction.
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
  select quote_ident(n.nspname) into home from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pgtap';
  perform set_config('search_path', concat_ws(', ', home, nullif(current_setting('search_path'), '')), true);
end
$rlsmith$;`;

/** Created once pgTAP's schema is in the search path. */
const CHECK = `-- One test a persona: it runs the statement and must get this answer, which is 'sees nothing', 'sees' and the keys, 'error' and its
-- code, or of a statement that writes, 'unchanged' or 'changed' and how many rows of which tenant. Where nothing may change, that the statement was refused is as good.
-- 'nothing' and 'nothing foreign' are for what was open when this was made, and must be mended: any answer that reaches no row of another tenant.
create function pg_temp.rlsmith_check(title text, expected text, personas text[], statement text, probed text default null, setup text[] default '{}', settings jsonb default '{}')
returns setof text
language plpgsql
as $rlsmith$
declare
  persona text;
  probe text := (select p.query from pg_temp.rlsmith_probe p where p.name = probed);
  answer text;
begin
  foreach persona in array personas loop
    answer := pg_temp.rlsmith_run(persona, setup, settings, statement, probe);
    if expected = 'unchanged' and answer = 'error 42501' then
      answer := expected;
    elsif expected = 'nothing' and answer ~ '${NOTHING}' or expected = 'nothing foreign' and answer ~ '${NOTHING_FOREIGN}' then
      answer := expected;
    end if;
    return next is(answer, expected, persona || ': ' || title);
  end loop;
end
$rlsmith$;`;

const privilegeTest = (role: string): string =>
  test(
    `(select rolsuper or rolbypassrls from pg_roles where rolname = ${literal(role)})`,
    "false",
    privilegeTitle(role),
  );

const guardedTest = (role: string, relation: string): string =>
  test(`pg_temp.rlsmith_guarded(${literal(role)}, ${literal(relation)})`, "true", guardedTitle(role, relation));

function checkTests(relation: string, { attack, expected, personas, sql, probe, setup, settings }: CheckGroup): string {
  const named = [
    ...(probe === null ? [] : [`probed => ${literal(probe)}`]),
    ...(setup.length === 0 ? [] : [`setup => array[${setup.map((one) => dollarQuote(one)).join(", ")}]`]),
    ...(settings.length === 0 ? [] : [`settings => ${literal(JSON.stringify(Object.fromEntries(settings)))}`]),
  ];
  return `select pg_temp.rlsmith_check(${literal(tapTitle(`${attack}, ${relation}`))}, ${literal(expected)},
  array[${personas.map((name) => literal(tapTitle(name))).join(", ")}],
  ${[dollarQuote(sql), ...named].join(",\n  ")});`;
}

const test = (have: string, want: string, title: string): string =>
  `select is(\n  ${have},\n  ${want},\n  ${literal(tapTitle(title))}\n);`;

/** A `#` would begin a directive: a test called `… # TODO` may fail and the run passes. */
const tapTitle = (title: string): string => oneLine(title).replaceAll(/[\\#]/g, "\\$&");

/** A literal on one line: a tool that changes line ends must not change what is compared. */
function literal(text: string): string {
  if (!/\p{Cc}/u.test(text)) return quoteLiteral(text);
  const escaped = text.replaceAll("\\", "\\\\").replaceAll("'", "''");
  return `E'${escaped.replaceAll(/\p{Cc}/gu, escapeControl)}'`;
}

const escapeControl = (char: string): string =>
  char === "\n" ? "\\n" : `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`;

/** A statement may end in a comment, which would swallow the semicolon. */
const terminated = (sql: string): string => `${sql}${sql.includes("--") ? "\n" : ""};`;
