import type { Db } from "../../db/port.ts";
import type { NameKey } from "../../pg/name.ts";
import { readRowKeys, rowKey, type RowKey } from "../../pg/row-key.ts";
import {
  blockText,
  responsesOf,
  runBatch,
  type Batch,
  type Probe as RowsProbe,
  type Response,
} from "../../request/index.ts";
import type { Attempt, Probe } from "./attempt.ts";

/** A persona, and how the session variables stand, with the statements it tries. */
export interface AttemptBatch extends Omit<Batch, "probes" | "statements"> {
  attempts: readonly Attempt[];
}

/** What one statement came to. */
export type Answered =
  | {
      kind: "answer";
      said: Said;
      /** rows of the probe that came, went or are another version, each as often */
      changed: ChangedRow[];
    }
  | Extract<Response, { kind: "error" }>;

/** What a statement returned, see `Answer`. */
export type Said =
  | { kind: "keys"; keys: RowKey[] }
  /** `text`: the rows as PostgreSQL prints them; empty where there are none */
  | { kind: "output"; rows: unknown[]; text: string }
  | { kind: "changes"; rows: number };

export interface ChangedRow {
  /** own, foreign, of an unused tenant, without a tenant, or of a tenant that was there before */
  whose: "o" | "f" | "x" | "n" | "e";
  relation: NameKey;
  key: RowKey;
  /** of an own row that was written: the columns that are different now; null: it is gone, or it is no own row */
  written: Readonly<Record<string, unknown>> | null;
}

/** The rows of a query as one text, see `Answer`. */
export const rowsSql = (query: string): string => `select ${ROWS} from (${query}) x`;

/** The rows that a statement that changes rows returns, likewise. */
export const returnedSql = (statement: string): string => `with x as (${statement}) select ${ROWS} from x`;

// a row as `x.*`: where a column is called like the alias, `x` is that column
const ROWS = "jsonb_agg(to_jsonb(x.*))::text";

/** Probes (see `Target.probe`) by what they are for. */
export type Probes = ReadonlyMap<ProbeKey, RowsProbe>;
export type ProbeKey = string & { readonly brand: "ProbeKey" };

export const probeKey = (probe: Probe): ProbeKey =>
  JSON.stringify(probe.kind === "all" ? [probe.kind] : [probe.kind, probe.name]) as ProbeKey;

/** Of each table the probe for its own rows. */
export const probesOf = (targets: Iterable<{ name: NameKey; probe: RowsProbe }>): Map<ProbeKey, RowsProbe> =>
  new Map([...targets].map(({ name, probe }) => [probeKey({ kind: "relation", name }), probe]));

/** Run the attempts of a batch inside the caller's transaction, see `runBatch`. */
export async function runAttempts(db: Db, batch: AttemptBatch, probes: Probes): Promise<Answered[]> {
  return answeredAll(await runBatch(db, requestOf(batch, probes)), batch.attempts);
}

/** The attempts of a batch as text, see `blockText`. */
export const attemptsText = (batch: AttemptBatch, probes: Probes): string => blockText(requestOf(batch, probes));

/** What the query at the end of `attemptsText` returned, one answer an attempt. */
export const answersOf = (rows: readonly Record<string, unknown>[], attempts: readonly Attempt[]): Answered[] =>
  answeredAll(responsesOf(rows), attempts);

/** The answers of attempts that only read and raised no error: what each of them returned, in their order. */
export const answersOfTexts = (texts: readonly (string | null)[], attempts: readonly Attempt[]): Answered[] =>
  answeredAll(
    texts.map((text) => ({ kind: "answer", text, changed: [] })),
    attempts,
  );

const RETURNS = { keys: "text", output: "text", row: "row", changes: "count" } as const;

const requestOf = ({ attempts, ...batch }: AttemptBatch, probes: Probes): Batch => ({
  ...batch,
  probes,
  statements: attempts.map(({ sql, answer, probe, setup }) => ({
    sql,
    returns: RETURNS[answer],
    setup,
    probe: probe === null ? null : probeKey(probe),
  })),
});

/** A batch has one response for each of its statements, in their order: the lists are joined by position here. */
function answeredAll(responses: readonly Response[], attempts: readonly Attempt[]): Answered[] {
  // an attempt without a response would be passed over, as if it had reached nothing
  if (responses.length !== attempts.length)
    throw new Error(`a batch of ${attempts.length} attempts has ${responses.length} responses`);
  return responses.map((response, n) => answered(response, attempts[n]?.answer ?? "changes"));
}

function answered(response: Response, answer: Attempt["answer"]): Answered {
  if (response.kind === "error") return response;
  const { text, changed } = response;
  return {
    kind: "answer",
    said: saidOf(text, answer),
    changed: changed.flatMap(({ before, after }) => difference(before, after)),
  };
}

function saidOf(text: string | null, answer: Attempt["answer"]): Said {
  switch (answer) {
    case "keys":
      return { kind: "keys", keys: readRowKeys(text ?? "[]") };
    case "output":
    case "row":
      // without the brackets around the rows
      return { kind: "output", rows: JSON.parse(text ?? "[]") as unknown[], text: (text ?? "").slice(1, -1) };
    case "changes":
      return { kind: "changes", rows: Number(text ?? 0) };
  }
}

type ProbedRow = [
  whose: ChangedRow["whose"],
  relation: NameKey,
  key: (string | null)[],
  version: string,
  contents?: Readonly<Record<string, unknown>> | null,
];

function difference(before: string, after: string): ChangedRow[] {
  const [old, now] = [before, after].map(
    (text) => new Map((JSON.parse(text) as ProbedRow[]).map((row) => [JSON.stringify(row), row])),
  );
  if (!old || !now) return [];
  const gone = [...old.values()].filter((row) => !now.has(JSON.stringify(row)));
  const come = [...now.values()].filter((row) => !old.has(JSON.stringify(row)));
  const replaced = new Map(gone.map((row) => [placeOf(row), row]));
  return [
    ...gone.map(([whose, relation, key]) => ({ whose, relation, key: rowKey(key), written: null })),
    ...come.map((row) => {
      const [whose, relation, key] = row;
      return { whose, relation, key: rowKey(key), written: writtenIn(replaced.get(placeOf(row)), row) };
    }),
  ];
}

const placeOf = ([, relation, key]: ProbedRow): string => JSON.stringify([relation, key]);

function writtenIn(before: ProbedRow | undefined, [, , , , now = null]: ProbedRow): ChangedRow["written"] {
  if (now === null) return null;
  const old = before?.[4] ?? {};
  return Object.fromEntries(
    Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old[name])),
  );
}
