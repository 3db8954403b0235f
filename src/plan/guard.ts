import { dollarQuote, quoteLiteral } from "../pg/identifier.ts";
import type { Policy } from "../pg/policy.ts";

/** A policy as it may be found before a file runs: as the plan saw it, or as the file leaves it (a second run). Null: it is not there. */
export interface ExpectedPolicy {
  schema: string;
  relation: string;
  name: string;
  before: Policy | null;
  after: Policy | null;
}

/** A function as it may be found before a file runs: one of these bodies. */
export interface ExpectedFunction {
  /** `"schema"."name"(argument types)`, for to_regprocedure */
  signature: string;
  bodies: string[];
}

/** The names and texts inside may hold any tag. */
const doBlock = (body: string): string => `do ${dollarQuote(`\n${body}\n`)}`;

const text = (value: string | null): string => (value === null ? "null::text" : dollarQuote(value, "e"));

const side = (policy: Policy | null): string =>
  policy === null
    ? "null::text, null::boolean, null::text[], null::text, null::text"
    : [
        quoteLiteral(policy.command),
        String(policy.permissive),
        `array[${policy.roles.map(quoteLiteral).join(", ")}]::text[]`,
        text(policy.using),
        text(policy.check),
      ].join(", ");

/**
 * A block that raises, before anything is changed, when a policy or function that the file touches is neither what the plan saw nor what the
 * file makes of it. Where the text differs it asks the server itself: the expected expression and the one that is there are put into probe policies and
 * read back, since majors print the same expression differently, and some expressions otherwise once they were read again.
 */
export function guardBlock(policies: readonly ExpectedPolicy[], functions: readonly ExpectedFunction[]): string {
  const rows = policies.map(
    (expected) =>
      `      (${[expected.schema, expected.relation, expected.name].map((name) => quoteLiteral(name)).join(", ")},\n        ${side(expected.before)},\n        ${side(expected.after)})`,
  );
  const functionRows = functions.map(
    (expected) =>
      `      (${quoteLiteral(expected.signature)}, array[${expected.bodies.map((body) => text(body)).join(", ")}])`,
  );
  return doBlock(`declare
  path text := current_setting('search_path');
  want record;
  seen record;
  probe record;
  side int;
  fits boolean;
begin
  -- an empty search_path, so that pg_get_expr prints every name with its schema, as the plan has it
  perform set_config('search_path', '', true);
${
  rows.length === 0
    ? ""
    : `  for want in
    select * from (values
${rows.join(",\n")}
    ) as w(schema, relation, name,
      cmd1, permissive1, roles1, using1, check1,
      cmd2, permissive2, roles2, using2, check2)
  loop
    select
      case p.polcmd when '*' then 'ALL' when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE' else 'DELETE' end as cmd,
      p.polpermissive as permissive,
      (select array_agg(r.name order by r.name collate "C") from (
        select (case when m = 0 then 'public' else pg_get_userbyid(m) end)::text as name from unnest(p.polroles) m) r) as roles,
      pg_get_expr(p.polqual, p.polrelid) as using_,
      pg_get_expr(p.polwithcheck, p.polrelid) as check_
    into seen
    from pg_policy p
    join pg_class c on c.oid = p.polrelid
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = want.schema and c.relname = want.relation and p.polname = want.name;
    if not found then
      if want.cmd1 is null or want.cmd2 is null then continue; end if;
      -- all of it in the message: Supabase's CLI shows neither hint nor detail
      raise exception 'rlsmith: policy %.% on % is gone, and was there when the plan was made: run rlsmith plan again', want.schema, want.name, want.relation;
    end if;
    fits := false;
    for side in 1..2 loop
      select
        case side when 1 then want.cmd1 else want.cmd2 end as cmd,
        case side when 1 then want.permissive1 else want.permissive2 end as permissive,
        case side when 1 then want.roles1 else want.roles2 end as roles,
        case side when 1 then want.using1 else want.using2 end as using_,
        case side when 1 then want.check1 else want.check2 end as check_
      into probe;
      continue when probe.cmd is null or (probe.cmd, probe.permissive, probe.roles) is distinct from (seen.cmd, seen.permissive, seen.roles);
      fits := (probe.using_, probe.check_) is not distinct from (seen.using_, seen.check_);
      if not fits and (probe.using_ is null) = (seen.using_ is null) and (probe.check_ is null) = (seen.check_ is null) then
        execute format('create policy rlsmith_probe on %I.%I for %s to public', want.schema, want.relation, probe.cmd)
          || coalesce(' using (' || probe.using_ || ')', '') || coalesce(' with check (' || probe.check_ || ')', '');
        select pg_get_expr(p.polqual, p.polrelid) as using_, pg_get_expr(p.polwithcheck, p.polrelid) as check_
        into probe
        from pg_policy p
        where p.polrelid = format('%I.%I', want.schema, want.relation)::regclass and p.polname = 'rlsmith_probe';
        fits := (probe.using_, probe.check_) is not distinct from (seen.using_, seen.check_);
        if not fits then
          -- not everything is printed so again when it was read: both are read and printed once more
          execute format('alter policy rlsmith_probe on %I.%I', want.schema, want.relation)
            || coalesce(' using (' || probe.using_ || ')', '') || coalesce(' with check (' || probe.check_ || ')', '');
          execute format('create policy rlsmith_seen on %I.%I for %s to public', want.schema, want.relation, seen.cmd)
            || coalesce(' using (' || seen.using_ || ')', '') || coalesce(' with check (' || seen.check_ || ')', '');
          select count(distinct (pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))) = 1
          into fits
          from pg_policy p
          where p.polrelid = format('%I.%I', want.schema, want.relation)::regclass and p.polname in ('rlsmith_probe', 'rlsmith_seen');
          execute format('drop policy rlsmith_seen on %I.%I', want.schema, want.relation);
        end if;
        execute format('drop policy rlsmith_probe on %I.%I', want.schema, want.relation);
      end if;
      exit when fits;
    end loop;
    if not fits then
      raise exception 'rlsmith: policy %.% on % is not what the plan saw; someone changed it since: run rlsmith plan again', want.schema, want.name, want.relation
        using detail = format('found: %s %s to %s using (%s) with check (%s)', seen.cmd, case when seen.permissive then 'permissive' else 'restrictive' end,
          seen.roles, seen.using_, seen.check_);
    end if;
  end loop;
`
}${
    functionRows.length === 0
      ? ""
      : `  for want in
    select * from (values
${functionRows.join(",\n")}
    ) as w(signature, bodies)
  loop
    select f.prosrc, pg_get_function_sqlbody(f.oid) as sqlbody into seen from pg_proc f where f.oid = to_regprocedure(want.signature);
    if not found or (seen.sqlbody is null and not seen.prosrc = any (want.bodies)) then
      raise exception 'rlsmith: function % is not what the plan saw; someone changed it since: run rlsmith plan again', want.signature;
    end if;
  end loop;
`
  }  perform set_config('search_path', path, true);
end`);
}

/** A block that raises, so that nothing is committed, while a policy still reads one of the variables; \`except\` are policies kept by decision. */
export function nothingLeftBlock(
  settings: readonly string[],
  except: readonly { schema: string; relation: string; name: string }[],
): string {
  const pattern = `current_setting\\(''(${settings.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})''`;
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
  where concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ~* '${pattern}'${kept};
  if left_over is not null then
    raise exception 'rlsmith: these policies, made after the plan, still read a session variable: %; nothing was changed, run rlsmith plan again', left_over;
  end if;
end`);
}
