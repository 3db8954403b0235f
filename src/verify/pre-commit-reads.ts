import { dollarQuote } from "../pg/identifier.ts";
import { answersOfTexts, type Answered, type Attempt } from "./matrix/index.ts";
import type { Actor } from "./personas/index.ts";
import type { SessionState } from "./run/index.ts";

/** The statements of one persona in one state of the session variables. */
export interface CheckBatch {
  actor: Actor;
  standing: SessionState | null;
  attempts: Attempt[];
}

/**
 * Batches of one role with the same statements, which become one: PostgreSQL then plans them once for all personas of
 * the role, since a plan with row security depends on the role alone.
 */
export type ReadsOfRole = readonly [CheckBatch, ...CheckBatch[]];

/** The batches that are read together. */
export function readsByRole(batches: readonly CheckBatch[]): ReadsOfRole[] {
  const groups = new Map<string, [CheckBatch, ...CheckBatch[]]>();
  for (const batch of batches) {
    const key = JSON.stringify([batch.actor.role, batch.attempts.map(({ sql }) => sql)]);
    const group = groups.get(key);
    if (group) group.push(batch);
    else groups.set(key, [batch]);
  }
  return [...groups.values()];
}

/**
 * A DO block that runs the reads of several personas as one expression for each, and a query for the result. The general
 * driver (src/request/) plans each statement for each persona, and took five times as long for 30 relations; here the
 * relations are locked meanwhile. A persona with a read that raises an error has no result, and the driver is asked.
 */
export function readsText(reads: ReadsOfRole): string {
  const [{ actor, attempts }] = reads;
  const job = {
    role: actor.role,
    personas: reads.map(({ actor: { claims, setup }, standing }) => ({
      claims,
      setup,
      prelude: standing?.prelude ?? [],
    })),
  };
  const body = `
#variable_conflict use_column
declare
  job constant jsonb := ${dollarQuote(JSON.stringify(job), "job")};
  persona jsonb;
  step text;
  texts text[];
  done text[] := '{}';
begin
  for persona in select value from jsonb_array_elements(job -> 'personas') loop
    texts := null;
    begin
      for step in select jsonb_array_elements_text(persona -> 'setup') loop
        execute step;
      end loop;
      if persona ->> 'claims' is not null then
        perform set_config('request.jwt.claims', persona ->> 'claims', true);
      end if;
      perform set_config('role', job ->> 'role', true);
      for step in select jsonb_array_elements_text(persona -> 'prelude') loop
        execute step;
      end loop;
      texts := array[
${attempts.map(({ sql }) => `(${sql})`).join(",\n")}];
      -- takes back the role, the settings and the set-up
      raise exception using errcode = 'RLS01';
    exception
      when sqlstate 'RLS01' then
        done := done || coalesce(to_json(texts)::text, 'null');
      when others then
        done := done || 'null'::text;
    end;
  end loop;
  perform set_config('rlsmith.reads', '[' || array_to_string(done, ',') || ']', true);
end
`;
  return `do ${dollarQuote(body)};\nselect current_setting('rlsmith.reads')::json as reads`;
}

/**
 * What the query at the end of `readsText` returned: of each batch the answers; null: a read of it raised an error.
 */
export function readsOf(reads: ReadsOfRole, rows: readonly Record<string, unknown>[]): (Answered[] | null)[] {
  const lists = rows[0]?.["reads"] as ((string | null)[] | null)[];
  if (lists.length !== reads.length) throw new Error("the block has one result for each persona");
  return lists.map((texts, n) => (texts === null ? null : answersOfTexts(texts, reads[n]?.attempts ?? [])));
}
