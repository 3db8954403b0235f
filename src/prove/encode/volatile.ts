/**
 * Functions of pg_catalog that policies can call and that are VOLATILE (pg_proc.provolatile of PostgreSQL 18), handlers
 * and administration left out.
 */
export const VOLATILE: ReadonlySet<string> = new Set([
  "array_sample",
  "array_shuffle",
  "clock_timestamp",
  "current_query",
  "currval",
  "gen_random_uuid",
  "lastval",
  "nextval",
  "pg_advisory_lock",
  "pg_notify",
  "pg_sleep",
  "pg_try_advisory_lock",
  "pg_try_advisory_xact_lock",
  "query_to_xml",
  "random",
  "random_normal",
  "set_config",
  "setseed",
  "setval",
  "timeofday",
  "txid_status",
  "uuidv4",
  "uuidv7",
]);
