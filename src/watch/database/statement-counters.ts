import type { Lack } from "../sample.ts";

const WHAT = "pg_stat_statements";

/** What pg_stat_statements has counted for one entry since it was made. */
export interface Counters {
  calls: number;
  rows: number;
  time: number;
  blocks: number;
  /** microseconds since 1970 at which the entry was made; null before version 1.11 of the extension (PostgreSQL 17) */
  since: number | null;
  /** the shortest and the longest execution */
  least: number;
  most: number;
}

/** The state of all counters at a moment. */
export interface CountersAt {
  /** OID of the database */
  database: string;
  /** microseconds since 1970, by the server's clock */
  at: number;
  /** microseconds since 1970 of the last full reset; that of a start whose counters were lost */
  reset: number;
  /** the number of times that entries were evicted */
  evictions: number;
  /** true if each entry of the scope was visible */
  complete: boolean;
  /** what was looked for: another scope has other entries */
  scope: string;
  /** by user, query and level */
  entries: Record<string, Counters>;
}

/** Counters of one entry as a difference. */
export type Difference = Pick<Counters, "calls" | "rows" | "time" | "blocks">;

/**
 * What was executed between two readings, by key, and what is not known of it. A difference is never larger than what
 * was executed, since:
 * - counters of an entry only grow, and an entry that is smaller was made anew after the reading before, so that all of
 *   it was executed since;
 * - of an entry that may have been made anew and has grown beyond its old counters, the difference is smaller than what
 *   was executed.
 * The extension says when it has reset all entries, and that it has evicted some, not which. PostgreSQL 17 and later say
 * since when an entry counts. It does not say that one entry was reset by itself (`pg_stat_statements_reset(userid,
 * dbid, queryid)`): where no reading has seen that entry, or before 17 where it was executed more often since than
 * before, the difference is too small without a lack.
 */
export function differences(
  before: CountersAt | null,
  now: CountersAt,
): { deltas: Map<string, Difference>; lacks: Lack[] } {
  if (before === null || before.database !== now.database)
    return { deltas: new Map(), lacks: [{ lack: "nothing before", what: WHAT }] };
  const deltas = new Map<string, Difference>();
  const allAnew = before.reset !== now.reset;
  const isSeenWhole = before.complete && before.scope === now.scope;
  let lost = allAnew || before.evictions !== now.evictions;
  let unknown = false;
  for (const [key, counters] of Object.entries(now.entries)) {
    const old = before.entries[key];
    if (old === undefined) {
      const isNew = allAnew || isSeenWhole || (counters.since !== null && counters.since > before.at);
      if (isNew) deltas.set(key, differenceOf(counters, null));
      else unknown = true;
      continue;
    }
    const isAnew = allAnew || wasMadeAnew(old, counters);
    lost ||= isAnew;
    deltas.set(key, differenceOf(counters, isAnew ? null : old));
  }
  if (now.complete) lost ||= Object.keys(before.entries).some((key) => now.entries[key] === undefined);
  const lacks: Lack[] = [];
  if (lost) lacks.push({ lack: "counters lost", what: WHAT });
  if (unknown) lacks.push({ lack: "nothing before", what: WHAT });
  return { deltas, lacks };
}

/** All that was counted, as differences from zero. */
export const cumulative = (now: CountersAt): Map<string, Difference> =>
  new Map(Object.entries(now.entries).map(([key, counters]) => [key, differenceOf(counters, null)]));

/**
 * The state that the next reading is compared with. Where entries were not visible, those of the reading before stay,
 * so that what they counted before it is not taken for new.
 */
export const carried = (before: CountersAt | null, now: CountersAt): CountersAt =>
  now.complete || before === null || before.database !== now.database || before.reset !== now.reset
    ? now
    : { ...now, entries: { ...before.entries, ...now.entries } };

/** True if it is certain that the entry was made after the reading before. */
function wasMadeAnew(old: Counters, now: Counters): boolean {
  if (old.since !== null && now.since !== null && old.since !== now.since) return true;
  if (now.calls < old.calls || now.rows < old.rows || now.blocks < old.blocks || now.time < old.time) return true;
  if (old.since !== null && now.since !== null) return false;
  // each execution in between took no less than the shortest and no more than the longest one
  const calls = now.calls - old.calls;
  const time = now.time - old.time;
  const tolerance = 1e-6 * Math.max(1, now.time);
  return (
    now.most < old.most ||
    now.least > old.least ||
    time > calls * now.most + tolerance ||
    time < calls * now.least - tolerance
  );
}

const differenceOf = (now: Counters, old: Counters | null): Difference => ({
  calls: now.calls - (old?.calls ?? 0),
  rows: now.rows - (old?.rows ?? 0),
  time: now.time - (old?.time ?? 0),
  blocks: now.blocks - (old?.blocks ?? 0),
});
