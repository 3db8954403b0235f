/** One read of a session variable. */
export interface SettingUse {
  setting: string;
  /** the second argument of current_setting: without it an unset variable raises 42704 */
  missingOk: boolean;
  /** '' counts as NULL */
  emptyIsNull: boolean;
  /** what the text becomes; null where it stays text */
  cast: string | null;
  /** separator of string_to_array around the read */
  separator: string | null;
  /** a claim follows in the COALESCE, or takes over where the variable is missing */
  hasClaimFallback: boolean;
  /** keys of that claim from the root of the token */
  claimPath: string[] | null;
  /** compared with on, true, 1 …, or cast to boolean */
  asFlag: boolean;
  /** only looked at for being there: IS NULL, = '' */
  presence: boolean;
  /** the column that it is compared with */
  column: string | null;
}

// Families of settings with a dot that belong to Postgres' extensions or to PostgREST, not to the application.
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

/** Whether a setting is a session variable of the application: custom settings have a dot in their name (Postgres manual 19.16). */
export const isSessionVariable = (setting: string): boolean =>
  setting.includes(".") && !NOT_THE_APPLICATIONS.some((family) => setting.startsWith(family));

/** Claims that say who is there, or belong to the token itself, and nothing of a tenant. */
const IDENTITY = new Set("sub role email phone aud iss exp iat nbf jti aal amr session_id is_anonymous".split(" "));

/** Whether a claim can carry the tenancy context: anything but identity and the token's own book-keeping. */
export const isTenancyClaim = (path: readonly string[]): boolean =>
  path.length > 1 || (path.length === 1 && !IDENTITY.has(path[0] ?? ""));
