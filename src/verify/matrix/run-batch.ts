import { pgErrorOf, type Db } from "../../db/port.ts";
import { dollarQuote } from "../../pg/identifier.ts";
import type { NameKey } from "../../pg/name.ts";
import { readRowKeys, rowKey, type RowKey } from "../../pg/row-key.ts";
import type { Attempt, Probe } from "./attempt.ts";

/** A persona, the state of the session variables, and the statements to try. */
export interface Batch {
  role: string;
  claims: string | null;
  /** run as the login before each statement */
  setup: readonly string[];
  /** run as the persona before each statement */
  prelude: readonly string[];
  /** the prelude changes rows itself: these changes do not count as the statement's */
  preludeWrites: boolean;
  attempts: readonly Attempt[];
}

/** The result of one statement. */
export type Answered =
  | {
      kind: "answer";
      said: Said;
      /** rows of the probe that were inserted, deleted or changed, with repetitions */
      changed: ChangedRow[];
    }
  | { kind: "error"; sqlstate: string; message: string; at: "setup" | "prelude" | "statement" | "probe" };

/** The value that a statement returned, see `Answer`. */
export type Said =
  | { kind: "keys"; keys: RowKey[] }
  /** `text`: the rows as PostgreSQL prints them; empty where there are none */
  | { kind: "output"; rows: unknown[]; text: string }
  | { kind: "changes"; rows: number };

export interface ChangedRow {
  /** own, foreign, nobody's, or without a tenant */
  whose: "o" | "f" | "x" | "n";
  relation: NameKey;
  key: RowKey;
}

/** The rows of a query as one text, see `Answer`. */
export const rowsSql = (query: string): string => `select ${ROWS} from (${query}) x`;

/** The rows that a data-modifying statement returns, likewise. */
export const returnedSql = (statement: string): string => `with x as (${statement}) select ${ROWS} from x`;

// a row as `x.*`: if a column has the name of the alias, `x` is that column
const ROWS = "jsonb_agg(to_jsonb(x.*))::text";

/** Queries for one text (see `Target.probe`), by their purpose. */
export type Probes = ReadonlyMap<ProbeKey, string>;
export type ProbeKey = string & { readonly brand: "ProbeKey" };

export const probeKey = (probe: Probe): ProbeKey =>
  JSON.stringify(probe.kind === "all" ? [probe.kind] : [probe.kind, probe.name]) as ProbeKey;

/** The probe of each table for its own rows. */
export const probesOf = (targets: Iterable<{ name: NameKey; probe: string }>): Map<ProbeKey, string> =>
  new Map([...targets].map(({ name, probe }) => [probeKey({ kind: "relation", name }), probe]));

interface Raw {
  a?: string | null;
  b?: string;
  c?: string;
  e?: string;
  m?: string;
  at?: "setup" | "prelude" | "statement" | "probe";
}

/**
 * Run a batch in one round trip inside the caller's transaction, each statement in a sub-transaction that is rolled
 * back, so that no statement sees the changes of another. It is a DO block, and needs no object in the database. A
 * statement that exceeds statement_timeout ends the whole block: then each statement is run by itself, and the slow
 * ones answer 57014.
 */
export async function runBatch(db: Db, batch: Batch, probes: Probes): Promise<Answered[]> {
  if (batch.attempts.length === 0) return [];
  await db.exec("savepoint rlsmith_batch");
  try {
    const answers = await runBlock(db, batch, probes);
    await db.exec("release savepoint rlsmith_batch");
    return answers;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    await db.exec("rollback to savepoint rlsmith_batch");
    const [only] = batch.attempts;
    if (batch.attempts.length === 1 && only)
      return [{ kind: "error", sqlstate: raised.sqlstate, message: raised.message, at: "statement" }];
    const half = Math.ceil(batch.attempts.length / 2);
    return [
      ...(await runBatch(db, { ...batch, attempts: batch.attempts.slice(0, half) }, probes)),
      ...(await runBatch(db, { ...batch, attempts: batch.attempts.slice(half) }, probes)),
    ];
  }
}

/** A batch in one statement; an error of that statement is raised. */
async function runBlock(db: Db, batch: Batch, probes: Probes): Promise<Answered[]> {
  const results = await db.exec(blockText(batch, probes));
  return answersOf(results.at(-1) ?? [], batch.attempts);
}

/**
 * A batch as text: a DO block, and the query for its results. Settings are rolled back with the transaction, so both
 * are inside the same savepoint.
 */
export function blockText(batch: Batch, probes: Probes): string {
  const used = new Set(batch.attempts.flatMap(({ probe }) => (probe === null ? [] : [probeKey(probe)])));
  const job = {
    role: batch.role,
    claims: batch.claims,
    setup: batch.setup,
    prelude: batch.prelude,
    again: batch.preludeWrites,
    probes: Object.fromEntries([...used].map((name) => [name, probeOf(name, probes)])),
    cells: batch.attempts.map(({ sql, answer, probe, setup }) => ({
      s: sql,
      c: answer === "changes",
      ...(probe === null ? {} : { p: probeKey(probe) }),
      ...(setup === undefined ? {} : { u: setup }),
    })),
  };
  const body = BODY.replace("$job$", () => dollarQuote(JSON.stringify(job), "job"));
  return `do ${dollarQuote(body, "rlsmith")};\nselect current_setting('rlsmith.results') as results`;
}

/** The answers that the query at the end of `blockText` returned, one for each attempt. */
export const answersOf = (rows: readonly Record<string, unknown>[], attempts: readonly Attempt[]): Answered[] =>
  (JSON.parse(typeof rows[0]?.["results"] === "string" ? rows[0]["results"] : "[]") as Raw[]).map((raw, n) =>
    answered(raw, attempts[n]?.answer ?? "changes"),
  );

function probeOf(name: ProbeKey, probes: Probes): string {
  const probe = probes.get(name);
  // without it, a change would not show
  if (probe === undefined) throw new Error(`there is no probe for ${name}`);
  return probe;
}

function answered(raw: Raw, answer: Attempt["answer"]): Answered {
  if (raw.e !== undefined) return { kind: "error", sqlstate: raw.e, message: raw.m ?? "", at: raw.at ?? "statement" };
  return {
    kind: "answer",
    said: saidOf(raw.a ?? null, answer),
    changed: raw.b === undefined ? [] : difference(raw.b, raw.c ?? "[]"),
  };
}

function saidOf(text: string | null, answer: Attempt["answer"]): Said {
  switch (answer) {
    case "keys":
      return { kind: "keys", keys: readRowKeys(text ?? "[]") };
    case "output":
      // without the brackets around the rows
      return { kind: "output", rows: JSON.parse(text ?? "[]") as unknown[], text: (text ?? "").slice(1, -1) };
    case "changes":
      return { kind: "changes", rows: Number(text ?? 0) };
  }
}

type Standing = [whose: ChangedRow["whose"], relation: NameKey, key: (string | null)[], version: string];

function difference(before: string, after: string): ChangedRow[] {
  const [old, now] = [before, after].map(
    (text) => new Map((JSON.parse(text) as Standing[]).map((row) => [JSON.stringify(row), row])),
  );
  if (!old || !now) return [];
  const gone = [...old].filter(([text]) => !now.has(text));
  const come = [...now].filter(([text]) => !old.has(text));
  return [...gone, ...come].map(([, [whose, relation, key]]) => ({ whose, relation, key: rowKey(key) }));
}

// The role is set last, so that the claims are set before it; it is reset before the probe, which has to see every row.
const BODY = `
declare
  job constant jsonb := $job$;
  claims constant text := job ->> 'claims';
  standing jsonb := '{}';
  cell jsonb;
  step text;
  stage text;
  answer text;
  affected bigint;
  name text;
  state text;
  results jsonb := '[]';
  made jsonb;
begin
  for name, step in select key, value from jsonb_each_text(job -> 'probes') loop
    execute step into state;
    standing := standing || jsonb_build_object(name, coalesce(state, ''));
  end loop;
  for cell in select value from jsonb_array_elements(job -> 'cells') loop
    stage := 'setup';
    made := null;
    begin
      for step in select value from jsonb_array_elements_text(job -> 'setup' || coalesce(cell -> 'u', '[]')) loop
        execute step;
      end loop;
      state := null;
      if jsonb_array_length(job -> 'setup') + jsonb_array_length(coalesce(cell -> 'u', '[]')) > 0 and cell ? 'p' then
        execute job -> 'probes' ->> (cell ->> 'p') into state;
      end if;
      stage := 'prelude';
      if claims is not null then
        perform set_config('request.jwt.claims', claims, true);
      end if;
      perform set_config('role', job ->> 'role', true);
      for step in select value from jsonb_array_elements_text(job -> 'prelude') loop
        execute step;
      end loop;
      if (job ->> 'again')::boolean and cell ? 'p' then
        perform set_config('role', 'none', true);
        execute job -> 'probes' ->> (cell ->> 'p') into state;
        perform set_config('role', job ->> 'role', true);
      end if;
      stage := 'statement';
      if (cell ->> 'c')::boolean then
        execute cell ->> 's';
        get diagnostics affected = row_count;
        answer := affected::text;
      else
        execute cell ->> 's' into answer;
      end if;
      made := jsonb_build_object('a', answer);
      if cell ? 'p' then
        stage := 'probe';
        perform set_config('role', 'none', true);
        name := coalesce(state, standing ->> (cell ->> 'p'));
        execute job -> 'probes' ->> (cell ->> 'p') into state;
        if coalesce(state, '') <> name then
          made := made || jsonb_build_object('b', name, 'c', coalesce(state, ''));
        end if;
      end if;
      raise exception using errcode = 'RL001';
    exception
      when sqlstate 'RL001' then results := results || made;
      when others then
        results := results || jsonb_build_object('e', sqlstate, 'm', left(sqlerrm, 300), 'at', stage);
    end;
  end loop;
  perform set_config('rlsmith.results', results::text, true);
end
`;
