import type { Catalog } from "./catalog.ts";

/** Schemas that Supabase owns, and that no migration of a user changes. */
const SUPABASE_SCHEMAS: ReadonlySet<string> = new Set([
  "auth",
  "cron",
  "extensions",
  "graphql",
  "graphql_public",
  "net",
  "pgbouncer",
  "pgsodium",
  "pgsodium_masks",
  "pgmq",
  "realtime",
  "storage",
  "supabase_functions",
  "supabase_migrations",
  "vault",
]);

/** Schemas of a platform, by their names; none where the database is on no platform. */
export type PlatformSchemas = ReadonlySet<string>;

/** For catalogs of which only a part is at hand. */
type Relations = Pick<Catalog, "relations">;

const known = new WeakMap<Catalog["relations"], PlatformSchemas>();

/**
 * The schemas of a database that belong to its platform: those of Supabase if `auth.users` is that of Supabase Auth, and
 * none otherwise. A project that is not on Supabase may call its own schemas `auth` or `storage`.
 */
export function platformSchemas({ relations }: Relations): PlatformSchemas {
  const found = known.get(relations) ?? (relations.some(isUsersOfSupabase) ? SUPABASE_SCHEMAS : new Set<string>());
  known.set(relations, found);
  return found;
}

const isUsersOfSupabase = ({ schema, name, columns }: Catalog["relations"][number]): boolean =>
  schema === "auth" && name === "users" && columns.some((column) => column.name === "raw_app_meta_data");

/** True for a schema of the platform that the database is on. */
export const isPlatformSchema = (catalog: Relations, schema: string): boolean => platformSchemas(catalog).has(schema);
