/** The roles of the Data API, which a PostgREST without Supabase may create under the same names. */
export const API_ROLES: ReadonlySet<string> = new Set(["anon", "authenticated", "service_role"]);

/** Roles of Supabase that no request of a client arrives as. */
export const PLATFORM_ROLES: ReadonlySet<string> = new Set([
  "postgres",
  "service_role",
  "authenticator",
  "dashboard_user",
  "pgbouncer",
  "supabase_admin",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "supabase_replication_admin",
  "supabase_read_only_user",
  "supabase_realtime_admin",
  "supabase_functions_admin",
  "supabase_etl_admin",
]);
