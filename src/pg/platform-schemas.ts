import type { Catalog } from "./catalog.ts";
import type { QualifiedName } from "./name.ts";

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
  const found = known.get(relations) ?? (relations.some(isUsersOfPlatform) ? SUPABASE_SCHEMAS : new Set<string>());
  known.set(relations, found);
  return found;
}

/**
 * True for the table of accounts of Supabase Auth. A table of the same name without the column for the metadata of its
 * tokens is a project's own.
 */
export const isUsersOfPlatform = ({
  schema,
  name,
  columns,
}: QualifiedName & { columns: readonly { name: string }[] }): boolean =>
  schema === "auth" && name === "users" && columns.some((column) => column.name === "raw_app_meta_data");

/** True if the database is on a platform, which then has roles, schemas and default privileges of its own. */
export const isOnPlatform = (catalog: Relations): boolean => platformSchemas(catalog).size > 0;

/** True for the table of accounts of the platform that the database is on. */
export const isPlatformUsers = (catalog: Relations, { schema, name }: QualifiedName): boolean =>
  schema === "auth" && name === "users" && isOnPlatform(catalog);

/** True for a schema of the platform that the database is on. */
export const isPlatformSchema = (catalog: Relations, schema: string): boolean => platformSchemas(catalog).has(schema);
