/** One read of a session variable. */
export interface SettingUse {
  setting: string;
  /** the second argument of current_setting; if it is false, an unset variable raises 42704 */
  missingOk: boolean;
  /** true if '' counts as NULL */
  emptyIsNull: boolean;
  /** the type of the value; null where it stays text */
  cast: string | null;
  /** the separator of string_to_array around the read */
  separator: string | null;
  /** true if a claim follows in the COALESCE, or is used where the variable is missing */
  hasClaimFallback: boolean;
  /** the keys of that claim from the root of the token */
  claimPath: string[] | null;
  /** true if it is compared with on, true, 1 …, or cast to boolean */
  asFlag: boolean;
  /** true if only its presence is tested: IS NULL, = '' */
  presence: boolean;
  /** the column that it is compared with */
  column: string | null;
}

// Prefixes of settings that belong to extensions of Postgres or to PostgREST, not to the application.
const NOT_THE_APPLICATIONS = [
  "request.",
  "pgrst.",
  "response.",
  "realtime.",
  "storage.",
  "plpgsql.",
  "pg_stat_statements.",
  "auto_explain.",
  "pgaudit.",
  "cron.",
  "supautils.",
];

/**
 * True if a setting is a session variable of the application: custom settings have a dot in their name (Postgres manual
 * 19.16).
 */
export const isSessionVariable = (setting: string): boolean =>
  setting.includes(".") && !NOT_THE_APPLICATIONS.some((family) => setting.startsWith(family));

/** Claims that identify the user or belong to the token itself, and that say nothing about a tenant. */
const IDENTITY = new Set("sub role email phone aud iss exp iat nbf jti aal amr session_id is_anonymous".split(" "));

/** True if a claim can carry the tenancy context: any claim other than those of identity and of the token itself. */
export const isTenancyClaim = (path: readonly string[]): boolean =>
  path.length > 1 || (path.length === 1 && !IDENTITY.has(path[0] ?? ""));
