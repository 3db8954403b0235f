import { extensionWith } from "./extension-objects.ts";

/**
 * Functions of extensions that neither engine of a scratch database has, so that a stub without them stands in. Those of
 * the extensions that it has are in the database.
 */
const OTHERS: Readonly<Record<string, string>> = {
  postgis:
    "_?st_\\w+ postgis_\\w+ addgeometrycolumn dropgeometry(?:column|table) populate_geometry_columns updategeometrysrid find_srid geometrytype box[23]d(?:table)? geometry geography",
  pgrouting: "pgr_\\w+",
  http: "http http_(?:get|post|put|patch|delete|head|header|set_curlopt|reset_curlopt|list_curlopt) urlencode bytea_to_text text_to_bytea",
  pgjwt: "url_encode url_decode algorithm_sign",
  pg_hashids: "id_(?:en|de)code(?:_once)? hash_(?:en|de)code",
  pg_uuidv7: "uuid_generate_v7 uuid_v7_to_timestamptz uuid_timestamptz_to_v7 uuidv[47] uuid_extract_\\w+",
  timescaledb:
    "time_bucket\\w* (?:create|drop|show|detach|attach|compress|decompress)_(?:hypertable|chunks?) (?:add|remove)_(?:retention|compression|reorder|columnstore|continuous_aggregate)_policy locf interpolate first last hypertable_\\w+ refresh_continuous_aggregate",
  pgroonga: "pgroonga_\\w+",
  pg_stat_statements: "pg_stat_statements\\w*",
  hypopg: "hypopg\\w*",
  index_advisor: "index_advisor",
  pg_jsonschema: "jsonb?_matches_schema jsonschema_\\w+",
  rum: "rum_\\w+",
  plpgsql_check: "plpgsql_(?:check|profiler|coverage)\\w*",
  address_standardizer: "standardize_address parse_address",
  pg_textsearch: "to_bm25query bm25_\\w+",
};

const PATTERN = new RegExp(`^(?:${Object.values(OTHERS).join(" ").split(" ").join("|")})$`, "i");

/** True for the name of a function of a widespread extension, whether the database has the extension or not. */
export const isOfExtension = (name: string): boolean => PATTERN.test(name) || extensionWith(name) !== null;
