/**
 * Postgres' input and output functions on constants. Each parser gives the value, `null` where Postgres raises, and
 * `undefined` where that depends on the version or a setting (then nothing is assumed). Read from uuid.c, numutils.c,
 * bool.c and datetime.c of PostgreSQL 15 to 18, and compared with a server in `test/prove/logic/conversion.test.ts`.
 */

export type Parsed<T> = T | null | undefined;

/**
 * uuid_in: 32 hex digits, a hyphen allowed after each group of four, braces around the whole. The result is as uuid_out
 * prints it.
 */
export function parseUuid(text: string): Parsed<string> {
  const braced = text.startsWith("{");
  if (braced !== text.endsWith("}")) return null;
  const inner = braced ? text.slice(1, -1) : text;
  if (!/^([0-9a-f]{4}-?){7}[0-9a-f]{4}$/i.test(inner)) return null;
  const hex = inner.replaceAll("-", "").toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

export type IntegerType = "smallint" | "integer" | "bigint";

const RANGE: Readonly<Record<IntegerType, readonly [bigint, bigint]>> = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

/** int2in, int4in, int8in. PostgreSQL 16 came to read `0x1F` and `1_000`: undefined. */
export function parseInteger(text: string, type: IntegerType): Parsed<number> {
  const trimmed = text.replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "");
  if (!/^[+-]?\d+$/.test(trimmed)) return /^[+-]?\d[\dA-Fa-fxXoObB_]*$/.test(trimmed) ? undefined : null;
  const value = BigInt(trimmed.replace("+", ""));
  const [least, most] = RANGE[type];
  if (value < least || value > most) return null;
  // beyond this a number would not be exact
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(value)
    : undefined;
}

/**
 * A numeric or float8 as a place on a grid. Values are compared and nothing else, so all that counts is their order: it
 * is kept, and between two constants of at most four decimals there is room for a thousand others, as between numbers of
 * any precision. Infinities and NaN, which is the greatest of all (manual, 8.1.2), have places like any number.
 */
export const NUMERIC_UNIT = 10_000_000;

/** numeric_in and float8in for plain decimals of at most four decimals: exact in both types. Else undefined. */
export function parseNumeric(text: string): Parsed<number> {
  const found = /^\s*([+-]?)(\d{1,8})(?:\.(\d*))?\s*$/.exec(text);
  if (!found) return undefined;
  const decimals = (found[3] ?? "").replace(/0+$/, "");
  if (decimals.length > 4) return undefined;
  const places = Number(found[2]) * NUMERIC_UNIT + Number(decimals.padEnd(4, "0")) * (NUMERIC_UNIT / 10_000);
  return places === 0 ? 0 : found[1] === "-" ? -places : places;
}

/** A number that has the place. */
export function printNumeric(place: number): string {
  const whole = Math.trunc(Math.abs(place) / NUMERIC_UNIT);
  const rest = Math.abs(place) - whole * NUMERIC_UNIT;
  const decimals = rest === 0 ? "" : `.${String(rest).padStart(7, "0").replace(/0+$/, "")}`;
  return `${place < 0 ? "-" : ""}${whole}${decimals}`;
}

const WORDS: readonly (readonly [string, boolean, number])[] = [
  ["true", true, 1],
  ["false", false, 1],
  ["yes", true, 1],
  ["no", false, 1],
  ["on", true, 2],
  ["off", false, 2],
  ["1", true, 1],
  ["0", false, 1],
];

/** boolin: `true`, `yes`, `on`, `1` and their opposites, in any case, cut short as long as they stay unique. */
export function parseBoolean(text: string): Parsed<boolean> {
  const word = text.replaceAll(/^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g, "").toLowerCase();
  for (const [full, value, least] of WORDS) if (word.length >= least && full.startsWith(word)) return value;
  return null;
}

/**
 * date_in for ISO dates, with hyphens or without, as days since 1970-01-01. Other spellings depend on DateStyle:
 * undefined.
 */
export function parseDate(text: string): Parsed<number> {
  if (/^-?infinity$/i.test(text)) return text.startsWith("-") ? -INFINITE_DAY : INFINITE_DAY;
  const found = /^(\d{4})(-?)(\d{2})\2(\d{2})$/.exec(text);
  if (!found) return undefined;
  const [year, month, day] = [found[1], found[3], found[4]];
  // the first century is one of Date's own: left open
  if (Number(year) < 100) return undefined;
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day));
  return new Date(at).toISOString().startsWith(`${year}-${month}-${day}`) ? at / 86_400_000 : null;
}

/** Days that are finite, and infinity, which is later than all of them (manual, 8.5.1.4). */
export const FARTHEST_DAY = 4_000_000_000;
const INFINITE_DAY = 5_000_000_000;

/** Microseconds are exact until here, in the year 2223; what is later has a place in its order, a second a thousand. */
export const NEAREST = 8e15;
const INFINITE = 8.9e15;

const placeOf = (seconds: number, micros: number): Parsed<number> => {
  const exact = seconds * 1_000_000 + micros;
  if (Math.abs(exact) <= NEAREST) return exact;
  const beyond = Math.sign(seconds) * NEAREST + (seconds - (Math.sign(seconds) * NEAREST) / 1_000_000) * 1000;
  return micros === 0 ? beyond : undefined;
};

export type TimestampType = "timestamp" | "timestamptz";

/**
 * timestamp_in for ISO text, as microseconds since 1970-01-01; with a zone it needs `+00` or an offset in hours. Else
 * undefined.
 */
export function parseTimestamp(text: string, type: TimestampType): Parsed<number> {
  if (/^-?infinity$/i.test(text)) return text.startsWith("-") ? -INFINITE : INFINITE;
  const found =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?)?([+-]\d{2}(?::?\d{2})?|Z)?$/.exec(text);
  if (!found || (found[6] !== undefined) !== (type === "timestamptz")) return undefined;
  const days = parseDate(found[1] ?? "");
  if (typeof days !== "number") return days;
  const [hours, minutes, seconds] = [found[2], found[3], found[4]].map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
  ];
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const zone = /^([+-])(\d{2}):?(\d{2})?$/.exec(found[6] ?? "");
  // Postgres takes offsets of less than 16 hours
  if (zone && (Number(zone[2]) > 15 || Number(zone[3] ?? 0) > 59)) return null;
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3] ?? 0)) : 0;
  const at = ((days * 24 + hours) * 60 + minutes - offset) * 60 + seconds;
  return placeOf(at, Number((found[5] ?? "").padEnd(6, "0")));
}

/** The first and the last date: 4714-11-24 BC and 5874897-12-31 (manual, table 8.9; measured on 15 and 18). */
const DATES = { first: -2_440_588, last: 2_145_042_905 };
/** Days of 400 years, after which the calendar repeats itself. */
const CYCLE = 146_097;

/** Days since 1970-01-01 as date_in reads them in ISO style. What is no date is infinite, as the solver has it. */
export function printDate(days: number): string {
  if (days < DATES.first) return "-infinity";
  if (days > DATES.last) return "infinity";
  const cycles = Math.floor(days / CYCLE);
  const [of = "", rest = ""] =
    /^(\d+)(.*)T/.exec(new Date((days - cycles * CYCLE) * 86_400_000).toISOString())?.slice(1) ?? [];
  const year = Number(of) + 400 * cycles;
  const shown = String(year > 0 ? year : 1 - year).padStart(4, "0");
  return `${shown}${rest}${year > 0 ? "" : " BC"}`;
}

/** microseconds since 1970-01-01 as text that timestamp_in and timestamptz_in read */
export function printTimestamp(micros: number, type: TimestampType): string {
  if (Math.abs(micros) >= INFINITE) return `${micros < 0 ? "-" : ""}infinity`;
  const beyond = Math.max(0, Math.abs(micros) - NEAREST);
  const seconds =
    beyond > 0 ? Math.sign(micros) * (NEAREST / 1_000_000 + Math.floor(beyond / 1000)) : Math.floor(micros / 1_000_000);
  const rest = beyond > 0 ? 0 : micros - seconds * 1_000_000;
  // years of more than four digits have a sign there
  const text = new Date(seconds * 1000).toISOString().replace(/^\+0*/, "").replace(/\..*$/, "").replace("T", " ");
  return `${text}${rest === 0 ? "" : `.${String(rest).padStart(6, "0").replace(/0+$/, "")}`}${type === "timestamptz" ? "+00" : ""}`;
}
