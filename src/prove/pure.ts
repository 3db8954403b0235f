/**
 * Functions of pg_catalog whose value follows from their arguments, every overload of the name: no set, no aggregate,
 * IMMUTABLE (pg_proc of PostgreSQL 15 and 18).
 */
const IMMUTABLE =
  "abs acos asin atan atan2 array_dims array_length array_lower array_ndims array_position array_positions array_remove " +
  "array_replace array_reverse array_upper ascii bit_count bit_length btrim cardinality cbrt ceil ceiling char_length " +
  "character_length chr cos date_bin decode degrees div encode exp factorial family floor gcd get_bit get_byte host " +
  "hostmask initcap isempty isfinite json_array_length json_object json_strip_nulls json_typeof jsonb_array_length " +
  "jsonb_insert jsonb_object jsonb_path_exists jsonb_path_match jsonb_path_query_array jsonb_path_query_first " +
  "jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_typeof justify_days justify_hours justify_interval lcm " +
  "left like like_escape ln log log10 lower lower_inc lower_inf lpad ltrim make_date make_interval make_time " +
  "make_timestamp masklen md5 min_scale mod netmask network notlike num_nonnulls num_nulls octet_length overlay " +
  "parse_ident pi position pow power quote_ident radians range_merge regexp_count regexp_instr regexp_like " +
  "regexp_match regexp_replace regexp_split_to_array regexp_substr repeat replace reverse right round rpad rtrim scale " +
  "set_bit set_byte set_masklen setweight sha224 sha256 sha384 sha512 sign similar_escape similar_to_escape sin split_part sqrt " +
  "starts_with string_to_array strip strpos substr substring tan to_ascii to_hex translate trim_array trim_scale trunc " +
  "unistr upper upper_inc upper_inf width_bucket int4range int8range numrange daterange tsrange tstzrange " +
  "json_extract_path json_extract_path_text jsonb_extract_path jsonb_extract_path_text array_append array_prepend " +
  "array_cat hashtext";

/**
 * STABLE functions whose value follows from their arguments, the settings of the session, the role and the time of the
 * statement or transaction (manual, 9.9 and 9.27).
 */
const OF_SESSION =
  "age length array_to_json array_to_string concat concat_ws current_database current_schema current_setting date_part " +
  "date_trunc extract format inet_client_addr json_build_array json_build_object jsonb_build_array " +
  "jsonb_build_object make_timestamptz now overlaps quote_literal quote_nullable row_to_json statement_timestamp " +
  "timezone to_char to_date to_json to_jsonb to_number to_timestamp transaction_timestamp";

/** Aggregates, window functions and set-returning functions of what they are given. */
const OVER_ROWS =
  "any_value array_agg avg bit_and bit_or bool_and bool_or count dense_rank every first_value generate_series " +
  "generate_subscripts json_agg json_array_elements json_array_elements_text json_each json_each_text json_object_agg " +
  "json_object_keys jsonb_agg jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text " +
  "jsonb_object_agg jsonb_object_keys jsonb_path_query lag last_value lead max min mode nth_value ntile percentile_cont " +
  "percentile_disc range_agg range_intersect_agg rank regexp_matches regexp_split_to_table row_number string_agg " +
  "string_to_table sum unnest xmlagg";

const scalar: ReadonlySet<string> = new Set(`${IMMUTABLE} ${OF_SESSION}`.split(" "));
const overRows: ReadonlySet<string> = new Set(OVER_ROWS.split(" "));

/** A function of pg_catalog that gives one value for one row. */
export const isScalarBuiltIn = (name: string): boolean => scalar.has(name);

/** A function of pg_catalog that reads nothing of the database but its arguments. */
export const readsArgumentsOnly = (name: string): boolean => scalar.has(name) || overRows.has(name);
