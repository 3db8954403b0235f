import type { ObjectChange } from "./change.ts";
import { matched, type Worlds } from "./world.ts";

/** How fast, how long and with how much memory statements run, and what is logged of them. */
const HARMLESS =
  /^(?:(?:auto_explain|enable|log|track|debug|jit|geqo|tcp|idle|autovacuum|vacuum|parallel|max_parallel|ssl|wal)_\w+|\w+_(?:timeout|cost|mem|buffers|concurrency|limit|statistics_target)|jit|geqo|effective_cache_size|application_name|client_min_messages|deadlock_timeout|synchronous_commit|cursor_tuple_fraction|plan_cache_mode|compute_query_id|commit_delay|commit_siblings|stats_fetch_consistency|seq_page_cost|trace_notify|trace_sort)$/;

/** A setting of PostgreSQL that does not decide what a statement reads or writes. */
export const isHarmlessSetting = (name: string): boolean => HARMLESS.test(name.toLowerCase());

/**
 * ALTER ROLE … SET and ALTER DATABASE … SET. A custom setting, which policies may read, cannot be told, nor can one that
 * decides what a statement meets or what its texts mean: `search_path`, `default_transaction_read_only`, `timezone`.
 */
export function compareSettings({ before, after }: Worlds): ObjectChange[] {
  const { both, gone, added } = matched(before.facts.settings, after.facts.settings, ({ role, ofDatabase, name }) =>
    JSON.stringify([role, ofDatabase, name]),
  );
  const changes = [
    ...added.map((one) => ({ ...one, how: "new" as const })),
    ...gone.map((one) => ({ ...one, how: "gone" as const })),
    ...both.flatMap(({ was, is }) => (was.digest === is.digest ? [] : [{ ...is, how: "different" as const }])),
  ];
  return changes.map(({ role, name, how }) => ({
    effect: isHarmlessSetting(name) ? "changes" : "cannot be told",
    kind: "setting",
    name,
    roles: role === null ? [] : [role],
    why: { kind: "session default", role, how },
  }));
}
