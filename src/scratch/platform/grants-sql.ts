import type { Platform } from "./platform.ts";

/**
 * Take back the default privileges of the bootstrap, as Supabase does with the setting "Default privileges for new
 * entities" off. Those of `supabase_admin` stay: the setting does not change them. PUBLIC keeps EXECUTE on new
 * functions, which is PostgreSQL's own default.
 */
const NO_DEFAULT_GRANTS = ["current_user", "postgres"]
  .map(
    (creator) => `do $$ begin
  alter default privileges for role ${creator} in schema public revoke all on tables from anon, authenticated, service_role;
  alter default privileges for role ${creator} in schema public revoke all on functions from anon, authenticated, service_role;
  alter default privileges for role ${creator} in schema public revoke all on sequences from anon, authenticated, service_role;
exception when insufficient_privilege then null;
end $$;`,
  )
  .join("\n");

/** The statements that a scratch database with the bootstrap needs before the first migration. */
export const beforeFirstFile = (platform: Platform): string =>
  platform.kind === "plain"
    ? ""
    : [
        ...(platform.defaultGrants.state === "not granted" ? [NO_DEFAULT_GRANTS] : []),
        ...(platform.pgGraphql.installed ? [] : ["drop schema if exists graphql cascade;"]),
      ].join("\n");

/** The statements to run before a file. */
export const beforeFile = (platform: Platform, file: string): string =>
  platform.kind === "supabase" && platform.defaultGrants.state === "until" && platform.defaultGrants.file === file
    ? NO_DEFAULT_GRANTS
    : "";
