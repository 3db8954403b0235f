import type { Lack } from "../sample.ts";

/** Counters of relations at a moment, by OID: what pg_stat_all_tables holds. */
export interface RelationCountersAt {
  /** OID of the database */
  database: string;
  /** the times of resets, as text */
  marks: string;
  counters: Record<string, number[]>;
}

/**
 * What was counted between two readings, by OID. Counters of a relation only grow, so one that is smaller was reset
 * since, and all that it holds was counted since; of one that has grown beyond its old value after a reset, the
 * difference is smaller than what happened. A relation that was not in the reading before has no difference: it may have
 * been a partition of another relation, with counters of that time. The times of resets make the lack known in each
 * case.
 */
export function relationDifferences(
  before: RelationCountersAt | null,
  now: RelationCountersAt,
  what: string,
): { deltas: Map<string, number[]>; lacks: Lack[] } {
  if (before === null || before.database !== now.database)
    return { deltas: new Map(), lacks: [{ lack: "nothing before", what }] };
  const deltas = new Map<string, number[]>();
  let lost = before.marks !== now.marks || Object.keys(before.counters).some((id) => now.counters[id] === undefined);
  let unknown = false;
  for (const [id, counters] of Object.entries(now.counters)) {
    const old = before.counters[id];
    if (old === undefined) {
      unknown = true;
      continue;
    }
    const wasReset = counters.some((value, index) => value < (old[index] ?? 0));
    lost ||= wasReset;
    deltas.set(
      id,
      counters.map((value, index) => value - (wasReset ? 0 : (old[index] ?? 0))),
    );
  }
  const lacks: Lack[] = [];
  if (lost) lacks.push({ lack: "counters lost", what });
  if (unknown) lacks.push({ lack: "nothing before", what });
  return { deltas, lacks };
}
