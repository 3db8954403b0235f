import { afterAll, beforeAll, expect, test } from "vitest";
import {
  parseBoolean,
  parseDate,
  parseInteger,
  parseTimestamp,
  parseUuid,
  printDate,
  printTimestamp,
} from "../../../src/prove/logic/conversion.ts";
import { PURE } from "../../../src/prove/logic/functions.ts";
import { openScratch } from "../../../src/scratch/open.ts";
import type { Scratch } from "../../../src/scratch/scratch.ts";
import { newRandom } from "../random-query.ts";

let scratch: Scratch;
beforeAll(async () => {
  scratch = await openScratch({ kind: "embedded" });
  await scratch.db.exec("set timezone = 'UTC'; set datestyle = 'ISO'");
});
afterAll(async () => scratch.close());

const SEEDS = [
  [
    "",
    " ",
    "0",
    "1",
    "+1",
    "-1",
    "01",
    " 1",
    "1 ",
    "1.0",
    "1e3",
    "0x1F",
    "1_000",
    "- 1",
    "++1",
    "32767",
    "32768",
    "-32769",
  ],
  ["2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999"],
  [
    "t",
    "T",
    "tr",
    "true",
    "TRUE",
    " true ",
    "truee",
    "y",
    "ye",
    "yes",
    "o",
    "on",
    "of",
    "off",
    "OFF",
    "n",
    "no",
    "f",
    "fa",
    "10",
  ],
  [
    "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    "AAAAAAAA-AAAA-4AAA-8AAA-AAAAAAAAAAAA",
    "{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa}",
  ],
  [
    "aaaaaaaaaaaa4aaa8aaaaaaaaaaaaaaa",
    "aaaa-aaaa-aaaa-4aaa-8aaa-aaaa-aaaa-aaaa",
    "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa",
    "{aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
  ],
  [
    "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa-",
    "aa-aaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
    "gaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
  ],
  [
    "2026-01-31",
    "2026-02-30",
    "20260131",
    "2026-1-31",
    "2024-02-29",
    "2023-02-29",
    "2026-13-01",
    "0000-01-01",
    "0001-01-01",
    "2026-0131",
  ],
  [
    "2026-01-31 10:20",
    "2026-01-31T10:20:30",
    "2026-01-31 10:20:30.5",
    "2026-01-31 24:00",
    "2026-01-31 10:20:30+02",
    "2026-01-31 10:20:30-05:30",
  ],
].flat();

/** The seeds, and small changes to them. */
function texts(): string[] {
  const random = newRandom(7);
  const all = new Set(SEEDS);
  const letters = [..." -+{}0123456789abcdefgtyTRUE.:_\t"];
  const any = (length: number): number => Math.floor(random() * length);
  for (let n = 0; n < 3000; n += 1) {
    const from = SEEDS[any(SEEDS.length)] ?? "";
    const at = any(from.length + 1);
    const letter = letters[any(letters.length)] ?? "";
    const cut = random() < 0.5 ? 1 : 0;
    all.add(from.slice(0, at) + (random() < 0.7 ? letter : "") + from.slice(at + cut));
  }
  return [...all];
}

/** What Postgres reads each text as, printed; null where it raises. */
async function postgres(type: string, given: readonly string[]): Promise<(string | null)[]> {
  const rows = await scratch.db.query<{ value: string | null }>(
    `select case when pg_input_is_valid(t, '${type}') then t::${type}::text end as value
     from jsonb_array_elements_text($1::jsonb) with ordinality as given (t, place) order by place`,
    [JSON.stringify(given)],
  );
  return rows.map(({ value }) => value);
}

/** Ours against Postgres; `undefined` says nothing, so anything may be. */
async function compare(
  type: string,
  read: (text: string) => string | number | boolean | null | undefined,
  print: (value: never) => string = String,
): Promise<number> {
  const given = texts();
  const theirs = await postgres(type, given);
  let settled = 0;
  const wrong = given.flatMap((text, index) => {
    const ours = read(text);
    if (ours === undefined) return [];
    settled += 1;
    const printed = ours === null ? null : print(ours as never); // each caller prints what it reads
    return printed === theirs[index] ? [] : [{ type, text, ours: printed, postgres: theirs[index] }];
  });
  expect(wrong.slice(0, 5)).toEqual([]);
  return settled;
}

test("uuid, integers and booleans are read as Postgres reads them", async () => {
  expect(await compare("uuid", parseUuid)).toBeGreaterThan(1000);
  for (const type of ["smallint", "integer", "bigint"] as const)
    expect(await compare(type, (text) => parseInteger(text, type))).toBeGreaterThan(1000);
  expect(await compare("boolean", parseBoolean)).toBeGreaterThan(1000);
});

test("every date prints as PostgreSQL reads it, and what is beyond is infinite", async () => {
  const days = [-2_440_588, -2_440_550, -719_163, -719_162, -683_310, -1, 0, 19_782, 2_932_896, 2_932_897, 100_000_001];
  const all = [...days, 2_145_042_905];
  const rows = await scratch.db.query<{ days: number }>(
    "select t::date - '1970-01-01'::date as days from jsonb_array_elements_text($1::jsonb) with ordinality given (t, place) order by place",
    [JSON.stringify(all.map(printDate))],
  );
  expect(rows.map((row) => row.days)).toEqual(all);
  // table 8.9 of the manual: no date is later than 5874897 or earlier than 4713 BC, which is where julian days begin
  expect([printDate(2_145_042_906), printDate(4e9), printDate(-2_440_589)]).toEqual([
    "infinity",
    "infinity",
    "-infinity",
  ]);
});

test("ISO dates and timestamps too; other spellings are left open", async () => {
  expect(await compare("date", parseDate, printDate)).toBeGreaterThan(20);
  expect(
    await compare(
      "timestamp",
      (text) => parseTimestamp(text, "timestamp"),
      (value: number) => printTimestamp(value, "timestamp"),
    ),
  ).toBeGreaterThan(5);
  expect(
    await compare(
      "timestamptz",
      (text) => parseTimestamp(text, "timestamptz"),
      (value: number) => printTimestamp(value, "timestamptz"),
    ),
  ).toBeGreaterThan(2);
});

test("lower and upper of ASCII", async () => {
  const given = texts();
  for (const [fn, ours] of Object.entries(PURE)) {
    const rows = await scratch.db.query<{ value: string }>(
      `select ${fn}(t) as value from jsonb_array_elements_text($1::jsonb) with ordinality as given (t, place) order by place`,
      [JSON.stringify(given)],
    );
    const wrong = given.filter((text, index) => ours(text) !== undefined && ours(text) !== rows[index]?.value);
    expect(wrong).toEqual([]);
  }
});
