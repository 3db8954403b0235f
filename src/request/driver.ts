import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { dollarQuote } from "../pg/identifier.ts";
import type { Inside, Response, Stage } from "./outcome.ts";
import type { Batch, Probe, Statement } from "./statement.ts";

/**
 * Run a batch in one round trip inside the caller's transaction, each statement in a sub-transaction that is rolled back, so that no statement
 * sees what another did. Needs no object in the database: it is a DO block. A statement that runs into statement_timeout ends the whole block:
 * then each is run by itself, and the slow ones answer 57014.
 */
export async function runBatch(db: Db, batch: Batch): Promise<Response[]> {
  const { statements } = batch;
  if (statements.length === 0) return [];
  await db.exec("savepoint rlsmith_batch");
  try {
    const results = await db.exec(blockText(batch));
    await db.exec("release savepoint rlsmith_batch");
    const responses = responsesOf(results.at(-1) ?? []);
    // a statement without a response would count as one that did nothing
    if (responses.length !== statements.length)
      throw new Error(`a batch of ${statements.length} statements has ${responses.length} responses`);
    return responses;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    await db.exec("rollback to savepoint rlsmith_batch");
    if (statements.length === 1) return [raisedBy(raised)];
    const half = Math.ceil(statements.length / 2);
    return [
      ...(await runBatch(db, { ...batch, statements: statements.slice(0, half) })),
      ...(await runBatch(db, { ...batch, statements: statements.slice(half) })),
    ];
  }
}

/**
 * The response to each statement, under the key of the statement. A batch has one response for each of its statements,
 * in their order: this is the place where the two lists are joined.
 */
export async function runKeyed<Key>(
  db: Db,
  batch: Omit<Batch, "statements">,
  statements: ReadonlyMap<Key, Statement>,
): Promise<Map<Key, Response>> {
  const responses = await runBatch(db, { ...batch, statements: [...statements.values()] });
  const found = new Map<Key, Response>();
  for (const [n, key] of [...statements.keys()].entries()) {
    const response = responses[n];
    if (response) found.set(key, response);
  }
  return found;
}

/**
 * A batch as text: a DO block, and a query that returns its results (see `responsesOf`). Settings end with the transaction, so both belong
 * inside the same savepoint.
 */
export function blockText(batch: Batch): string {
  const probes: Record<string, Probe> = {};
  const use = (name: string): void => {
    if (name in probes) return;
    const probe = batch.probes.get(name);
    // without one a change would look like none
    if (probe === undefined) throw new Error(`there is no probe for ${name}`);
    probes[name] = probe;
    if (probe.kind === "parts") for (const part of probe.parts) use(part);
  };
  for (const { probe } of batch.statements) if (probe !== null) use(probe);
  const job = {
    role: batch.role,
    claims: batch.claims,
    setup: batch.setup,
    prelude: batch.prelude,
    again: batch.preludeWrites,
    probes,
    statements: batch.statements.map(({ sql, returns, probe, setup }) => ({
      s: sql,
      c: returns === "count",
      ...(returns === "row" ? { r: true } : {}),
      ...(probe === null ? {} : { p: probe }),
      ...(setup === undefined ? {} : { u: setup }),
    })),
  };
  // the statements last, for they may contain anything
  const body = BODY.replace("$job$", () => dollarQuote(JSON.stringify(job), "job"));
  return `do ${dollarQuote(body, "rlsmith")};\nselect current_setting('rlsmith.results') as results`;
}

interface Raw {
  a?: string | null;
  d?: { b: string; c: string }[];
  e?: string;
  m?: string;
  at?: Stage;
  x?: string;
  n?: string;
  h?: string;
}

/** An error that ended the round trip itself, as the response of its only statement. */
export const raisedBy = ({ sqlstate, message }: PgError): Extract<Response, { kind: "error" }> => ({
  kind: "error",
  sqlstate,
  message,
  detail: "",
  at: "statement",
  inside: { kind: "unknown" },
  constraint: null,
});

/** The responses in the row that the query at the end of `blockText` returned, one for each statement. */
export const responsesOf = (rows: readonly Record<string, unknown>[]): Response[] =>
  (JSON.parse(typeof rows[0]?.["results"] === "string" ? rows[0]["results"] : "[]") as Raw[]).map(responseOf);

function responseOf(raw: Raw): Response {
  if (raw.e !== undefined)
    return {
      kind: "error",
      sqlstate: raw.e,
      message: raw.m ?? "",
      at: raw.at ?? "statement",
      inside: insideOf(raw.x ?? ""),
      detail: raw.h ?? "",
      constraint: raw.n === undefined || raw.n === "" ? null : raw.n,
    };
  return {
    kind: "answer",
    text: raw.a ?? null,
    changed: (raw.d ?? []).map(({ b, c }) => ({ before: b, after: c })),
  };
}

/**
 * The innermost function of an error's context, whose lines PostgreSQL prints from the inside out. The DO block of
 * `blockText` is the last of them; where its line cannot be recognized, as in another language, nothing is known.
 */
export function insideOf(context: string): Inside {
  for (const line of context.split("\n")) {
    const [, plpgsql, sql] =
      /^(?:PL\/pgSQL function (\S+?)(?:\(.*\))? (?:line|while|during)|SQL function "(.+)" (?:statement|during))/.exec(
        line,
      ) ?? [];
    if (plpgsql === "inline_code_block") return { kind: "statement" };
    const name = plpgsql ?? sql;
    if (name !== undefined) return { kind: "function", name };
  }
  return { kind: "unknown" };
}

/** PL/pgSQL that takes the session's own role again. A project may refuse set_config to a role, but not SET. */
const RETURN = "execute 'set local role ' || quote_literal(home);";

/** PL/pgSQL that takes the claims and the role, and runs the prelude. */
const ARRIVE = `
        stage := 'prelude';
        if claims is not null then
          perform set_config('request.jwt.claims', claims, true);
        end if;
        perform set_config('role', role_name, true);
        foreach step in array prelude loop
          execute step;
        end loop;`;

/** PL/pgSQL that makes an error the result. */
const FAILED = `
          get stacked diagnostics within = pg_exception_context, violated = constraint_name,
            detail = pg_exception_detail, hint = pg_exception_hint;
          result := jsonb_build_object(
            'e', sqlstate, 'm', left(sqlerrm, 300), 'at', stage, 'x', left(within, 2000), 'n', violated)
            || case when detail || hint = '' then '{}' else
              jsonb_build_object('h', left(concat_ws(E'\\n', detail, hint), 600)) end;`;

/** A query that is planned once a batch: the counts of changed rows, and the file, of each table. */
const countsOf = (tables: "tables" | "catalogs"): string => `array(
            select (pg_catalog.pg_stat_get_xact_tuples_inserted(t) + pg_catalog.pg_stat_get_xact_tuples_updated(t)
              + pg_catalog.pg_stat_get_xact_tuples_deleted(t)) || ':' || coalesce(pg_catalog.pg_relation_filenode(t), 0)
            from unnest(${tables}) t)`;

/** PL/pgSQL that runs one statement, makes its answer the result, and leaves nothing behind. */
const TRY = `
      found_after := '{}';
      begin
        if probe is not null and counted and not quiet then
          before := ${countsOf("tables")};
        end if;
        quiet := false;
        if again then
          perform set_config('role', role_name, true);
        else ${ARRIVE}
        end if;
        stage := 'statement';
        if (asked ->> 'c')::boolean then
          execute asked ->> 's';
          get diagnostics affected = row_count;
          answer := affected::text;
        elsif (asked ->> 'r')::boolean then
          execute asked ->> 's' into returned;
          answer := jsonb_build_array(to_jsonb(returned));
        else
          execute asked ->> 's' into answer;
        end if;
        result := jsonb_build_object('a', answer);
        if probe is not null then
          stage := 'probe';
          ${RETURN}
          if counted then
            after := ${countsOf("tables")};
          end if;
          quiet := counted and not standing and after = before;
          if not counted or reshaped or after <> before then
            changed := array(
              select t from unnest(tables, before, after) counts(t, b, a) where not counted or b is distinct from a);
            foreach part in array parts loop
              if not counted or reshaped or tables_of -> part = 'null' or changed && catalogs or exists (
                select from jsonb_array_elements(nullif(tables_of -> part, 'null')) t where t::bigint::oid = any (changed))
              then
                execute job -> 'probes' -> part ->> 'sql' into content;
                found_after := found_after || jsonb_build_object(part, coalesce(content, ''));
              end if;
            end loop;
          end if;
        end if;
        raise exception using errcode = 'RL001';
      exception
        when sqlstate 'RL001' then
          for part in select jsonb_object_keys(found_after) loop
            if standing or not probed ? part then
              execute job -> 'probes' -> part ->> 'sql' into content;
              content := coalesce(content, '');
              if not standing then
                probed := probed || jsonb_build_object(part, content);
              end if;
            else
              content := probed ->> part;
            end if;
            if found_after ->> part <> content then
              result := jsonb_set(result, '{d}', coalesce(result -> 'd', '[]') || jsonb_build_array(
                jsonb_build_object('b', content, 'c', found_after ->> part)));
            end if;
          end loop;
        when others then ${FAILED}
      end;`;

// The role is taken last, so that the claims are there when it is; the role that the session had, which may be
// one other than its login's (ALTER ROLE … SET role), is taken again before a probe, which has to see every row. A probe
// is run only if the statement changed a row of a table that it reads: PostgreSQL counts these in each transaction
// (manual, "Monitoring statistics": pg_stat_xact_all_tables), rolled back ones included, and TRUNCATE gives a table a new
// file; a table or partition that the statement itself makes is a new row of pg_class or pg_inherits. The rows before it
// are then the ones after its rollback, so they are read once a batch, and in batches that change nothing never. What a
// set-up changes, and a prelude that writes, is in a sub-transaction around the statement's.
const BODY = `
declare
  job constant jsonb := $job$;
  claims constant text := job ->> 'claims';
  role_name constant text := job ->> 'role';
  again constant boolean := job ->> 'again';
  setup constant text[] := array(select jsonb_array_elements_text(job -> 'setup'));
  prelude constant text[] := array(select jsonb_array_elements_text(job -> 'prelude'));
  home constant text := pg_catalog.current_setting('role');
  counted constant boolean := pg_catalog.current_setting('track_counts')::boolean;
  catalogs constant oid[] := array['pg_catalog.pg_class', 'pg_catalog.pg_inherits']::regclass[]::oid[];
  -- of each probe the tables that it reads; none where they are not known
  tables_of jsonb := '{}';
  tables oid[];
  changed oid[];
  counting text;
  probed jsonb := '{}';
  asked jsonb;
  probe text;
  parts text[];
  part text;
  steps text[];
  step text;
  stage text;
  answer text;
  returned record;
  affected bigint;
  before text[];
  after text[];
  content text;
  found_after jsonb;
  results text[] := '{}';
  result jsonb;
  standing boolean;
  -- the statement before it changed nothing
  quiet boolean := false;
  -- tables or partitions were made before the statement
  reshaped boolean := false;
  shape text[];
  within text;
  violated text;
  detail text;
  hint text;
begin
  for asked in select value from jsonb_array_elements(job -> 'statements') loop
    stage := 'setup';
    result := null;
    probe := asked ->> 'p';
    if probe is not null and probe is distinct from counting then
      counting := probe;
      quiet := false;
      parts := case job -> 'probes' -> probe ->> 'kind'
        when 'parts' then array(select jsonb_array_elements_text(job -> 'probes' -> probe -> 'parts')) else array[probe] end;
      foreach part in array parts loop
        continue when tables_of ? part;
        tables_of := tables_of || jsonb_build_object(part, (
          with recursive tree(oid) as (
            select pg_catalog.to_regclass(n)::oid
            from jsonb_array_elements_text(nullif(job -> 'probes' -> part -> 'tables', 'null')) n
            union select i.inhrelid from tree join pg_catalog.pg_inherits i on i.inhparent = tree.oid)
          select jsonb_agg(oid::bigint) from tree));
      end loop;
      if exists (select from unnest(parts) one where tables_of -> one = 'null') then
        tables := array(select c.oid from pg_catalog.pg_class c where c.relkind in ('r', 'm') and c.oid >= 16384);
      else
        tables := array(select distinct t::bigint::oid from unnest(parts) one, jsonb_array_elements(tables_of -> one) t);
      end if;
      tables := tables || catalogs;
    end if;
    steps := setup || array(select jsonb_array_elements_text(asked -> 'u'));
    standing := again or cardinality(steps) > 0;
    if standing then
      begin
        shape := ${countsOf("catalogs")};
        foreach step in array steps loop
          execute step;
        end loop;
        if again then
          ${ARRIVE}
          ${RETURN}
        end if;
        -- a set-up, or a trigger that it fires, may make a partition as well
        reshaped := shape <> ${countsOf("catalogs")};
        ${TRY}
        raise exception using errcode = 'RL002';
      exception
        when sqlstate 'RL002' then
          null;
        when others then
          ${FAILED}
      end;
    else
      reshaped := false;
      ${TRY}
    end if;
    results := results || result::text;
  end loop;
  perform set_config('rlsmith.results', '[' || array_to_string(results, ',') || ']', true);
end
`;
