/** What a column of a guarded table may hold, and what else gives a value of the type. */
export interface TypeSpec {
  /** columns of `things` */
  columns: readonly string[];
  constants: readonly string[];
  /** what a value of another type is cast to, so that it is of this type or nearly */
  casts: readonly string[];
  /** texts that every definition of the type takes, and that a change of it may read in another way */
  values: readonly (string | null)[];
}

export const UUIDS = ["aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"] as const;
export const WORDS = ["a", "ab", "b", "A", "", "a ", "1", null] as const;

const spec = (
  columns: readonly string[],
  constants: readonly string[],
  casts: readonly string[],
  values: readonly (string | null)[],
): TypeSpec => ({ columns, constants, casts, values });

/** By type, as format_type prints it where the search_path is empty. */
export const TYPES: Readonly<Record<string, TypeSpec>> = {
  text: spec(["t", "tc", "ti"], ["'a'", "'ab'", "'b'", "'1'", "(app.claim('role'))"], ["text"], WORDS),
  "character varying": spec(["v"], ["'ab'::varchar"], ["varchar", "varchar(1)"], WORDS),
  character: spec(["ch"], ["'ab'::char(3)"], ["char(1)", "bpchar"], WORDS),
  integer: spec(["n", "id"], ["0", "1", "2"], ["int"], ["0", "1", "2", "3", null]),
  bigint: spec(["b"], ["1::bigint"], ["bigint"], ["0", "1", "2", null]),
  smallint: spec(["s"], ["1::smallint"], ["smallint"], ["0", "1", "2", null]),
  uuid: spec(["u", "u2"], [`'${UUIDS[0].toUpperCase()}'::uuid`, "app.me()"], ["uuid"], [...UUIDS, null]),
  date: spec(["d"], ["'2024-01-01'::date"], ["date"], ["2024-01-01", "2024-01-02", null]),
  "timestamp without time zone": spec(
    ["ts"],
    ["'2024-01-01'::timestamp"],
    ["timestamp", "timestamp(0)"],
    ["2024-01-01", "2024-01-01 00:00:00.4", "2024-01-01 12:00", null],
  ),
  "timestamp with time zone": spec(
    ["tz"],
    ["'2024-01-01 00:00:00+00'::timestamptz", "now()"],
    ["timestamptz", "timestamptz(0)"],
    ["2024-01-01 00:00:00+00", "2024-01-01 00:00:00.4+00", "2024-01-02 00:00:00+00", null],
  ),
  numeric: spec(["num"], ["1.5", "1.0"], ["numeric", "numeric(3,0)"], ["0", "1", "1.50", "2", null]),
  "double precision": spec(["f"], ["1.5::float8"], ["float8"], ["0", "1", "1.5", null]),
  jsonb: spec(
    ["j"],
    [`'{"a":1}'::jsonb`, `'{"a":"b"}'::jsonb`],
    ["jsonb"],
    ['{"a":1}', '{"a":"b"}', '{"a":null}', "{}", "[1,2]", '"a"', "null", null],
  ),
  json: spec(["js"], [`'{"a":1}'::json`], ["json"], ['{"a":1}', '{"a":1e0}', '{"a":"b"}', null]),
  "text[]": spec(["ta"], ["'{a,ab}'::text[]"], ["text[]"], ["{}", "{a}", "{a,ab}", "{null}", null]),
  "integer[]": spec(["ia"], ["'{1,2}'::int[]"], ["int[]"], ["{}", "{1,2}", "{1}", null]),
  boolean: spec(["bo"], ["true", "false"], ["boolean"], ["true", "false", null]),
  interval: spec(["iv"], ["'1 day'::interval"], ["interval", "interval(0)"], ["1 day", "0", "24:00", null]),
  name: spec(["nm"], ["'a'::name"], ["name"], ["a", "ab", null]),
  "app.dom_t": spec(["dt"], ["'a'::app.dom_t"], ["app.dom_t"], ["a", "ab", "1", null]),
  "app.dom_n": spec(["dn"], ["1::app.dom_n"], ["app.dom_n"], ["0", "1", "2", null]),
  "app.mood": spec(["m"], ["'ab'::app.mood"], ["app.mood"], ["a", "ab", "b", null]),
  "app.pair": spec(["p"], ["'(1,a)'::app.pair"], ["app.pair"], ["(1,a)", "(2,ab)", "(,)", null]),
};
