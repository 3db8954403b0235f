import type { Extension, Extensions } from "@electric-sql/pglite";

/** Module of PGlite that holds a contrib extension, by the name that CREATE EXTENSION uses. */
const CONTRIB: Record<string, string> = Object.fromEntries(
  [
    "amcheck",
    "auto_explain",
    "bloom",
    "btree_gin",
    "btree_gist",
    "citext",
    "cube",
    "dict_int",
    "dict_xsyn",
    "earthdistance",
    "file_fdw",
    "fuzzystrmatch",
    "hstore",
    "intarray",
    "isn",
    "lo",
    "ltree",
    "pageinspect",
    "pg_buffercache",
    "pg_freespacemap",
    "pg_stat_statements",
    "pg_surgery",
    "pg_trgm",
    "pg_visibility",
    "pg_walinspect",
    "pgcrypto",
    "seg",
    "tablefunc",
    "tcn",
    "tsm_system_rows",
    "tsm_system_time",
    "unaccent",
    "uuid-ossp",
  ].map((name) => [name, name.replaceAll("-", "_")]),
);

/** Whether the embedded database can load an extension. */
export const isContrib = (name: string): boolean => name in CONTRIB;

/** The extensions in the form in which PGlite wants them at boot; names that it does not ship are passed over. */
export async function loadExtensions(names: readonly string[]): Promise<Extensions> {
  const loaded: Extensions = {};
  for (const name of names) {
    const file = CONTRIB[name];
    if (file === undefined) continue;
    const module = (await import(`@electric-sql/pglite/contrib/${file}`)) as Record<string, Extension>;
    const extension = module[file];
    if (extension) loaded[file] = extension;
  }
  return loaded;
}
