import { formatExpr, isShort } from "../pg/expr/format.ts";
import { roundTripping } from "../pg/expr/round-trip.ts";
import { dollarQuote, quoteLiteral } from "../pg/identifier.ts";
import { relationKey } from "../pg/name.ts";
import type { Policy } from "../pg/policy.ts";

/**
 * The effect of the change after a check on a policy, and therefore the state that a second run of the file may find
 * instead of the expected one.
 */
export type Change = "altered" | "dropped" | "replaced";

/**
 * The routines with which a file checks the old state, created in the session's temporary schema and dropped at its
 * end. `rlsmith_expect` compares a policy with the one in the plan. Major versions print the same expression in
 * different ways, and some expressions are printed differently once they have been parsed again, so texts are compared
 * as this server prints them: a probe policy is created from the expected text, read back and dropped. A policy may
 * differ from the expected one because of an earlier run of the same file: at the end of the file, `rlsmith_settle`
 * raises an error if the file has changed such a policy, which was then in neither its old nor its new state.
 */
export function checkRoutines({ withFunctions }: { withFunctions: boolean }): string[] {
  return [
    `create or replace function pg_temp.rlsmith_policy(relation text, policy text) returns jsonb
language sql set search_path = '' as $rlsmith$
  select jsonb_build_object(
    'kind', case when p.polpermissive then 'permissive' else 'restrictive' end,
    'command', case p.polcmd when '*' then 'all' when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' else 'delete' end,
    'roles', (select jsonb_agg(name order by name collate "C")
      from (select case when m = 0 then 'public' else pg_get_userbyid(m)::text end as name from unnest(p.polroles) m) r),
    'using', pg_get_expr(p.polqual, p.polrelid),
    'check', pg_get_expr(p.polwithcheck, p.polrelid))
  from pg_policy p
  where p.polrelid = to_regclass(relation) and p.polname = policy
$rlsmith$`,
    `create or replace function pg_temp.rlsmith_print(relation text, policy jsonb) returns jsonb
language plpgsql strict set search_path = '' as $rlsmith$
declare
  probe jsonb;
begin
  execute format('create policy rlsmith_probe on %s for %s to public', relation, policy ->> 'command')
    || coalesce(' using (' || (policy ->> 'using') || ')', '') || coalesce(' with check (' || (policy ->> 'check') || ')', '');
  probe := pg_temp.rlsmith_policy(relation, 'rlsmith_probe');
  execute format('drop policy rlsmith_probe on %s', relation);
  return policy || jsonb_build_object('using', probe -> 'using', 'check', probe -> 'check');
exception
  -- it names an object that does not exist, or one of another type: no existing policy can be the same
  when undefined_function or undefined_table or undefined_column or undefined_object or invalid_schema_name
    or datatype_mismatch or cannot_coerce or invalid_text_representation then
    return null;
end
$rlsmith$`,
    `create or replace function pg_temp.rlsmith_same(relation text, wanted jsonb, seen jsonb) returns boolean
language plpgsql set search_path = '' as $rlsmith$
declare
  printed jsonb;
begin
  if wanted is not distinct from seen then return true; end if;
  if wanted is null or seen is null or wanted - array['using', 'check'] <> seen - array['using', 'check']
    or jsonb_typeof(wanted -> 'using') <> jsonb_typeof(seen -> 'using')
    or jsonb_typeof(wanted -> 'check') <> jsonb_typeof(seen -> 'check') then return false; end if;
  printed := pg_temp.rlsmith_print(relation, wanted);
  return coalesce(printed = seen or pg_temp.rlsmith_print(relation, printed) = pg_temp.rlsmith_print(relation, seen), false);
end
$rlsmith$`,
    `create or replace procedure pg_temp.rlsmith_expect(
  policy text, relation text, kind text, command text, roles text[],
  using_expr text default null, check_expr text default null, then_it_is text default 'altered')
language plpgsql set search_path = '' as $rlsmith$
declare
  unsettled jsonb := nullif(current_setting('rlsmith.unsettled', true), '');
  wanted jsonb := jsonb_build_object('kind', kind, 'command', command, 'roles', roles, 'using', using_expr, 'check', check_expr);
  seen jsonb := pg_temp.rlsmith_policy(relation, policy);
begin
  if unsettled is null then raise exception 'rlsmith: this file must run in one transaction'; end if;
  if kind = 'absent' then wanted := null; end if;
  if pg_temp.rlsmith_same(relation, wanted, seen) then return; end if;
  if seen is null and then_it_is = 'altered' then
    raise exception 'rlsmith: policy % on % does not exist, and did when the plan was made: run rlsmith plan again', policy, relation;
  end if;
  -- the message is complete by itself: Supabase's CLI shows neither hint nor detail
  if seen is not null and (then_it_is = 'dropped'
    or then_it_is = 'altered' and (seen ->> 'kind', seen ->> 'command') <> (kind, command)) then
    raise exception 'rlsmith: policy % on % was changed after the plan was made: run rlsmith plan again', policy, relation
      using detail = format('found: %s', seen);
  end if;
  perform set_config('rlsmith.unsettled', (unsettled
    || jsonb_build_object('policy', policy, 'relation', relation, 'found', seen))::text, true);
end
$rlsmith$`,
    ...(withFunctions ? [EXPECT_FUNCTION] : []),
    `create or replace procedure pg_temp.rlsmith_settle() language plpgsql set search_path = '' as $rlsmith$
declare
  was jsonb;
begin
  for was in select value from jsonb_array_elements(current_setting('rlsmith.unsettled')::jsonb) loop
    if was ? 'policy' and not pg_temp.rlsmith_same(
      was ->> 'relation', nullif(was -> 'found', 'null'), pg_temp.rlsmith_policy(was ->> 'relation', was ->> 'policy')) then
      raise exception 'rlsmith: policy % on % was changed after the plan was made: run rlsmith plan again',
        was ->> 'policy', was ->> 'relation' using detail = format('found: %s', was -> 'found');
    end if;${withFunctions ? SETTLE_FUNCTION : ""}
  end loop;
end
$rlsmith$`,
    "set local rlsmith.unsettled = '[]'",
  ];
}

// Every major version prints an SQL-standard body from its tree in its own way, so it is not compared.
const EXPECT_FUNCTION = `create or replace procedure pg_temp.rlsmith_expect_function(signature text, body text, or_none boolean default false)
language plpgsql set search_path = '' as $rlsmith$
declare
  unsettled jsonb := nullif(current_setting('rlsmith.unsettled', true), '');
  seen record;
begin
  if unsettled is null then raise exception 'rlsmith: this file must run in one transaction'; end if;
  select f.prosrc, pg_get_function_sqlbody(f.oid) as sqlbody into seen from pg_proc f where f.oid = to_regprocedure(signature);
  if seen.prosrc is null and or_none then return; end if;
  if seen.prosrc is null then
    raise exception 'rlsmith: function % does not exist, and did when the plan was made: run rlsmith plan again', signature;
  end if;
  if seen.sqlbody is null and seen.prosrc <> body and or_none then
    raise exception 'rlsmith: function % was changed after the plan was made: run rlsmith plan again', signature;
  end if;
  if seen.sqlbody is null and seen.prosrc <> body then
    perform set_config('rlsmith.unsettled', (unsettled
      || jsonb_build_object('function', signature, 'body', seen.prosrc))::text, true);
  end if;
end
$rlsmith$`;

const SETTLE_FUNCTION = `
    if was ? 'function' and not exists (
      select from pg_proc f where f.oid = to_regprocedure(was ->> 'function') and f.prosrc = was ->> 'body') then
      raise exception 'rlsmith: function % was changed after the plan was made: run rlsmith plan again', was ->> 'function';
    end if;`;

/**
 * The call that compares the body of a function that the file drops or creates again with the one in the plan; that
 * there is none is as the file makes it.
 */
export const expectDropped = (signature: string, body: string): string =>
  call("rlsmith_expect_function", [quoteLiteral(signature), dollarQuote(body, "old")], ["or_none => true"]);

/**
 * The end of the checks: raises an error if the file has changed something that was not as expected, since it was not
 * yet as the file makes it; then drops the routines.
 */
export const settled = ({ withFunctions }: { withFunctions: boolean }): string[] => [
  "call pg_temp.rlsmith_settle()",
  `drop routine pg_temp.rlsmith_settle, ${withFunctions ? "pg_temp.rlsmith_expect_function, " : ""}pg_temp.rlsmith_expect, pg_temp.rlsmith_same, pg_temp.rlsmith_print, pg_temp.rlsmith_policy`,
];

/** The call that compares a policy with the one in the plan. */
export function expectPolicy(policy: Policy, change: Change): string {
  const head = [
    quoteLiteral(policy.name),
    quoteLiteral(relationKey(policy)),
    policy.permissive ? "'permissive'" : "'restrictive'",
    quoteLiteral(policy.command.toLowerCase()),
    `array[${policy.roles.map(quoteLiteral).join(", ")}]`,
  ];
  return call("rlsmith_expect", head, [
    ...(policy.using === null ? [] : [expression("using_expr", policy.using)]),
    ...(policy.check === null ? [] : [expression("check_expr", policy.check)]),
    ...(change === "altered" ? [] : [`then_it_is => ${quoteLiteral(change)}`]),
  ]);
}

/** The call that checks that no policy has a name that the file creates. */
export const expectNoPolicy = (policy: Policy): string =>
  call(
    "rlsmith_expect",
    [quoteLiteral(policy.name), quoteLiteral(relationKey(policy)), "'absent'", "null", "null"],
    ["then_it_is => 'replaced'"],
  );

/**
 * The call that compares the body of a function with the one in the plan. `signature` is in the form that
 * to_regprocedure reads.
 */
export const expectFunction = (signature: string, body: string): string =>
  call("rlsmith_expect_function", [quoteLiteral(signature), dollarQuote(body, "old")], []);

function call(routine: string, head: readonly string[], named: readonly string[]): string {
  const flat = `call pg_temp.${routine}(${[head.join(", "), ...named].join(", ")})`;
  return flat.length <= 120 && !flat.includes("\n")
    ? flat
    : `call pg_temp.${routine}(\n${[head.join(", "), ...named].map((argument) => `  ${argument}`).join(",\n")})`;
}

function expression(name: string, text: string): string {
  const lines = formatExpr(roundTripping(text));
  const [only = ""] = lines;
  if (isShort(lines)) return `${name} => ${/['\\]/.test(only) ? dollarQuote(only, "old") : quoteLiteral(only)}`;
  return `${name} => ${dollarQuote(`\n${lines.map((line) => `    ${line}`).join("\n")}\n  `, "old")}`;
}

/** The names and texts inside may contain any dollar-quote tag. */
const doBlock = (body: string): string => `do ${dollarQuote(`\n${body}\n`)}`;

/** The name of a variable in a regular expression, as pg_get_expr prints it in a literal. */
const printedSetting = (name: string): string =>
  name
    .replaceAll("'", "''")
    .replaceAll(/[*+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll(".", "[.]");

/**
 * A block that raises an error, so that nothing is committed, as long as a policy reads one of the variables; `except`
 * lists policies that a decision keeps.
 */
export function nothingLeftBlock(
  settings: readonly string[],
  except: readonly { schema: string; relation: string; name: string }[],
): string {
  const pattern = quoteLiteral(`current_setting[(]'(${settings.map(printedSetting).join("|")})'`);
  const kept =
    except.length === 0
      ? ""
      : `\n    and (n.nspname, c.relname, p.polname) not in (${except
          .map(
            (policy) =>
              `(${[policy.schema, policy.relation, policy.name].map((name) => quoteLiteral(name)).join(", ")})`,
          )
          .join(", ")})`;
  return doBlock(`declare
  left_over text;
begin
  select string_agg(format('%I on %I.%I', p.polname, n.nspname, c.relname), ', ' order by n.nspname, c.relname, p.polname)
  into left_over
  from pg_policy p
  join pg_class c on c.oid = p.polrelid
  join pg_namespace n on n.oid = c.relnamespace
  where concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    ~* ${pattern}${kept};
  if left_over is not null then
    raise exception 'rlsmith: these policies, created after the plan, still read a session variable: %; nothing was changed, run rlsmith plan again', left_over;
  end if;
end`);
}
