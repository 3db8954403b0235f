/** The functions, types and operator classes of an extension, by which a file uses it without creating it. */
const OBJECTS: Readonly<Record<string, string>> = {
  "uuid-ossp":
    "uuid_generate_v1 uuid_generate_v1mc uuid_generate_v3 uuid_generate_v4 uuid_generate_v5 uuid_nil uuid_ns_\\w+",
  pgcrypto: "crypt gen_salt digest hmac gen_random_bytes armor dearmor pgp_\\w+",
  citext: "citext citextin citext_\\w+",
  unaccent: "unaccent",
  pg_trgm:
    "similarity word_similarity strict_word_similarity show_trgm show_limit set_limit gin_trgm_ops gist_trgm_ops",
  hstore: "hstore hstore_\\w+ akeys avals skeys svals",
  ltree: "ltree lquery ltxtquery subpath nlevel text2ltree ltree2text",
  fuzzystrmatch:
    "levenshtein levenshtein_less_equal soundex difference metaphone dmetaphone dmetaphone_alt daitch_mokotoff",
  tablefunc: "crosstab\\w* connectby normal_rand",
  moddatetime: "moddatetime",
  earthdistance: "ll_to_earth earth_distance earth_box earth",
  cube: "cube cube_\\w+",
  intarray: "gin__int_ops gist__int_ops intset idx query_int",
  btree_gist: "gist_\\w+_ops gbt_\\w+",
  vector: "vector halfvec sparsevec vector_\\w+ halfvec_\\w+",
};

/** The extensions that a new Supabase project has in schema `extensions` before its first migration. */
export const PREINSTALLED: readonly string[] = ["uuid-ossp", "pgcrypto"];

const pattern = (extension: string): string => `(?:${(OBJECTS[extension] ?? "").split(" ").join("|")})`;

/** Every extension of which objects are known. */
export const KNOWN_EXTENSIONS: readonly string[] = Object.keys(OBJECTS);

/** A call of a function of an extension, unqualified or with this schema. */
export const callOf = (extension: string, schema: string): RegExp =>
  new RegExp(`(?:(?<!\\.\\s*"?)\\b|\\b${schema}"?\\s*\\.\\s*"?)${pattern(extension)}\\s*"?\\s*\\(`, "i");

/** A statement that creates a function of the same name, which is then the project's own. */
export const ownFunctionLike = (extension: string): RegExp =>
  new RegExp(
    `\\bcreate\\s+(?:or\\s+replace\\s+)?function\\s+(?:"?\\w+"?\\s*\\.\\s*)?"?${pattern(extension)}"?\\s*\\(`,
    "i",
  );

/** An object of an extension with a schema before it; without `schema`, any. */
export const qualifiedUseOf = (extension: string, schema: string | null = null): RegExp =>
  new RegExp(`${schema === null ? `[\\w"]` : `\\b${schema}"?`}\\s*\\.\\s*"?${pattern(extension)}(?![\\w$])`, "i");

/** The extension that has an object of this name; null if none is known. */
export const extensionWith = (name: string): string | null =>
  KNOWN_EXTENSIONS.find((extension) => new RegExp(`^${pattern(extension)}$`, "i").test(name)) ?? null;
