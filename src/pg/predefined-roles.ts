/**
 * The roles that PostgreSQL brings (manual, Predefined Roles; as of 18), by whether a member reaches rows, files or
 * statements of others with it. One that a later version adds counts as if it did.
 */
const REACHES_NOTHING: ReadonlySet<string> = new Set([
  "pg_checkpoint",
  "pg_maintain",
  "pg_read_all_settings",
  "pg_signal_autovacuum_worker",
  "pg_signal_backend",
  "pg_stat_scan_tables",
  "pg_use_reserved_connections",
]);

/** A predefined role with which rows, files or statements of others are reached, whatever is granted otherwise. */
export const isFarReaching = (role: string): boolean => role.startsWith("pg_") && !REACHES_NOTHING.has(role);

/** The predefined role whose members have the privilege on every table, view and sequence; null: there is none. */
export function roleForAllData(privilege: string): string | null {
  if (privilege === "SELECT") return "pg_read_all_data";
  return privilege === "INSERT" || privilege === "UPDATE" || privilege === "DELETE" ? "pg_write_all_data" : null;
}

/** The predefined roles whose members have USAGE on every schema. */
export const USAGE_OF_ALL_SCHEMAS = ["pg_read_all_data", "pg_write_all_data"] as const;
