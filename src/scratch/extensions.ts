import type { Extension, Extensions } from "@electric-sql/pglite";

/**
 * The PGlite module that contains a contrib extension, by the name that CREATE EXTENSION uses. Each was loaded and
 * created with PGlite 0.5.16.
 */
const CONTRIB: Record<string, string> = {
  ...Object.fromEntries(
    [
      "amcheck",
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
      "moddatetime",
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
    ].map((name) => [name, name]),
  ),
  "uuid-ossp": "uuid_ossp",
  // one module for several extensions, as in contrib/spi
  autoinc: "moddatetime",
  insert_username: "moddatetime",
  refint: "moddatetime",
};

/** True if the embedded database can load an extension. */
export const isContrib = (name: string): boolean => Object.hasOwn(CONTRIB, name);

/** The extensions in the form that PGlite requires at start-up; names that it does not ship are skipped. */
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
