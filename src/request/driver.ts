import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { dollarQuote, quoteLiteral } from "../pg/identifier.ts";
import type { Inside, Response, Stage } from "./outcome.ts";
import type { Batch, Statement } from "./statement.ts";

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
  const used = new Set(batch.statements.flatMap(({ probe }) => (probe === null ? [] : [probe])));
  const job = {
    role: batch.role,
    claims: batch.claims,
    setup: batch.setup,
    prelude: batch.prelude,
    again: batch.preludeWrites,
    probes: Object.fromEntries([...used].map((name) => [name, probeOf(name, batch)])),
    statements: batch.statements.map(({ sql, returns, probe, setup }) => ({
      s: sql,
      c: returns === "count",
      ...(probe === null ? {} : { p: probe }),
      ...(setup === undefined ? {} : { u: setup }),
    })),
  };
  // the statements last, for they may contain anything
  const body = BODY.replace(READ_AFTER, () => readProbe("after", job.probes))
    .replace(READ_STATE, () => readProbe("state", job.probes))
    .replace("$job$", () => dollarQuote(JSON.stringify(job), "job"));
  return `do ${dollarQuote(body, "rlsmith")};\nselect current_setting('rlsmith.results') as results`;
}

function probeOf(name: string, { probes }: Batch): string {
  const probe = probes.get(name);
  // without one a change would look like none
  if (probe === undefined) throw new Error(`there is no probe for ${name}`);
  return probe;
}

/** Places of the block where PL/pgSQL is inserted that reads a probe into a variable. */
const READ_AFTER = "$read after$";
const READ_STATE = "$read state$";

/**
 * PL/pgSQL that reads the probe that `probe` names. The queries are static SQL, which is planned once a batch: planning
 * takes longer than reading the few rows.
 */
function readProbe(variable: string, probes: Readonly<Record<string, string>>): string {
  const branches = Object.entries(probes).map(
    ([name, sql]) => `when ${quoteLiteral(name)} then ${variable} := coalesce((${sql}), '');`,
  );
  return branches.length === 0 ? "null;" : `case probe\n${branches.join("\n")}\nend case;`;
}

interface Raw {
  a?: string | null;
  b?: string;
  c?: string;
  e?: string;
  m?: string;
  at?: Stage;
  x?: string;
  n?: string;
}

/** An error that ended the round trip itself, as the response of its only statement. */
export const raisedBy = ({ sqlstate, message }: PgError): Extract<Response, { kind: "error" }> => ({
  kind: "error",
  sqlstate,
  message,
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
      constraint: raw.n === undefined || raw.n === "" ? null : raw.n,
    };
  return {
    kind: "answer",
    text: raw.a ?? null,
    changed: raw.b === undefined ? null : { before: raw.b, after: raw.c ?? "" },
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

// The role is taken last, so that the claims are there when it is; the role that the session had, which may be
// one other than its login's (ALTER ROLE … SET role), is taken again before the probe, which has to see every row. A probe is run only if the statement changed a row of any table: PostgreSQL counts these in each
// transaction (manual, "Monitoring statistics": pg_stat_xact_all_tables), rolled back ones included, and TRUNCATE gives a
// table a new file. The state before it is then the one after its rollback, so it is read once a batch, and in batches
// that change nothing never.
const BODY = `
#variable_conflict use_column
declare
  job constant jsonb := $job$;
  claims constant text := job ->> 'claims';
  home constant text := pg_catalog.current_setting('role');
  counted constant boolean := pg_catalog.current_setting('track_counts')::boolean;
  changes constant text := 'select coalesce(sum(pg_catalog.pg_stat_get_xact_tuples_inserted(t)
      + pg_catalog.pg_stat_get_xact_tuples_updated(t) + pg_catalog.pg_stat_get_xact_tuples_deleted(t)), 0)::text || '':''
      || coalesce(sum(pg_catalog.pg_relation_filenode(t)::bigint), 0)::text from pg_catalog.unnest($1) t';
  tables oid[];
  probed jsonb := '{}';
  asked jsonb;
  probe text;
  step text;
  stage text;
  answer text;
  affected bigint;
  state text;
  before text;
  after text;
  results text[] := '{}';
  made jsonb;
  within text;
  violated text;
begin
  if counted then
    tables := array(select c.oid from pg_catalog.pg_class c where c.relkind in ('r', 'm') and c.oid >= 16384);
  end if;
  for asked in select value from jsonb_array_elements(job -> 'statements') loop
    stage := 'setup';
    made := null;
    state := null;
    after := null;
    probe := asked ->> 'p';
    begin
      for step in select value from jsonb_array_elements_text(job -> 'setup' || coalesce(asked -> 'u', '[]')) loop
        execute step;
      end loop;
      if jsonb_array_length(job -> 'setup') + jsonb_array_length(coalesce(asked -> 'u', '[]')) > 0 and probe is not null then
        execute job -> 'probes' ->> probe into state;
        state := coalesce(state, '');
      end if;
      if counted and probe is not null then
        execute changes into before using tables;
      end if;
      stage := 'prelude';
      if claims is not null then
        perform set_config('request.jwt.claims', claims, true);
      end if;
      perform set_config('role', job ->> 'role', true);
      for step in select value from jsonb_array_elements_text(job -> 'prelude') loop
        execute step;
      end loop;
      if (job ->> 'again')::boolean and probe is not null then
        perform set_config('role', home, true);
        execute job -> 'probes' ->> probe into state;
        state := coalesce(state, '');
        if counted then
          execute changes into before using tables;
        end if;
        perform set_config('role', job ->> 'role', true);
      end if;
      stage := 'statement';
      if (asked ->> 'c')::boolean then
        execute asked ->> 's';
        get diagnostics affected = row_count;
        answer := affected::text;
      else
        execute asked ->> 's' into answer;
      end if;
      made := jsonb_build_object('a', answer);
      if probe is not null then
        stage := 'probe';
        perform set_config('role', home, true);
        if counted then
          execute changes into after using tables;
        end if;
        if after is null or after <> before then
          ${READ_AFTER}
        else
          after := null;
        end if;
      end if;
      raise exception using errcode = 'RL001';
    exception
      when sqlstate 'RL001' then
        if after is not null then
          if state is null then
            if not probed ? probe then
              ${READ_STATE}
              probed := probed || jsonb_build_object(probe, state);
            end if;
            state := probed ->> probe;
          end if;
          if after <> state then
            made := made || jsonb_build_object('b', state, 'c', after);
          end if;
        end if;
        results := results || made::text;
      when others then
        get stacked diagnostics within = pg_exception_context, violated = constraint_name;
        results := results || jsonb_build_object(
          'e', sqlstate, 'm', left(sqlerrm, 300), 'at', stage, 'x', left(within, 2000), 'n', violated)::text;
    end;
  end loop;
  perform set_config('rlsmith.results', '[' || array_to_string(results, ',') || ']', true);
end
`;
