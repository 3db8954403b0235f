/** The source of an assumption about a Supabase project. */
export type AssumptionSource =
  /** `[api] auto_expose_new_tables` of supabase/config.toml */
  | "config.toml"
  /** the dates in the names of the migrations */
  | "dates"
  /** no name has a date, and no file grants anything to the API roles: the tables rely on the defaults */
  | "no grants in the files"
  /** no name has a date: the default of the present day */
  | "today";

/**
 * The default privileges of `anon`, `authenticated` and `service_role` on new objects of `postgres` in schema `public`.
 * `until`: the first file without them; it and all later files run without.
 */
export type DefaultGrants =
  | { state: "granted"; source: AssumptionSource }
  | { state: "not granted"; source: AssumptionSource }
  | { state: "until"; file: string; source: "dates" };

/** The platform that a scratch database imitates before the first migration. */
export type Platform =
  | {
      kind: "supabase";
      /** `folder`: a folder `supabase/`; `names`: the files use objects or roles of Supabase that none of them creates */
      recognisedBy: "folder" | "names";
      defaultGrants: DefaultGrants;
      pgGraphql: { installed: boolean; source: AssumptionSource };
    }
  /** PostgreSQL as initdb leaves it: no `auth` schema, no platform roles */
  | { kind: "plain" };

/** A Supabase project as it was created before 2026-05-18. */
export const EARLIER_SUPABASE: Extract<Platform, { kind: "supabase" }> = {
  kind: "supabase",
  recognisedBy: "folder",
  defaultGrants: { state: "granted", source: "today" },
  pgGraphql: { installed: true, source: "today" },
};
