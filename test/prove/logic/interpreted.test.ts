import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { parseInterval } from "../../../src/prove/encode/interval.ts";
import { parseNumeric } from "../../../src/prove/logic/conversion.ts";
import { accepts, language } from "../../../src/prove/logic/language.ts";
import { findText } from "../../../src/prove/logic/language-search.ts";
import { boundsOf } from "../../../src/prove/solve/axioms/time.ts";
import { openScratch } from "../../../src/scratch/open.ts";
import type { Scratch } from "../../../src/scratch/scratch.ts";
import { startServer, type TestServer } from "../../support/server.ts";
import { newRandom } from "../random-query.ts";

const OPERATORS = ["~~", "~~*", "^@", "~", "~*"] as const;
const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "aB",
  "abc",
  "b",
  "ba",
  "a.b",
  "a-1",
  "12",
  "a/b",
  "a_b",
  "%",
  "a\nb",
  "é",
  "aé",
  "(a)",
  "]",
];
const PIECES = [
  "a",
  "b",
  "A",
  "%",
  "_",
  ".",
  "^",
  "$",
  "*",
  "+",
  "?",
  "|",
  "(",
  ")",
  "(?:",
  "[ab]",
  "[^a]",
  "[a-z]",
  "[0-9]",
];
const MORE = ["{2}", "{1,2}", "{0,}", "\\.", "\\d", "\\", "-", "1", "é", "]", "{", "[", "[a-", "[[:alpha:]]"];

/** Patterns of random pieces, most of which are regular expressions. */
function patterns(seed: number, count: number): string[] {
  const random = newRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  return Array.from({ length: count }, () => {
    const inner = Array.from({ length: Math.floor(random() * 5) }, () => pick(random() < 0.75 ? PIECES : MORE)).join(
      "",
    );
    return `${random() < 0.4 ? "^" : ""}${inner}${random() < 0.3 ? "$" : ""}`;
  });
}

const NUMBERS = [
  "0",
  "-0",
  "1",
  "1.0",
  "1.0000",
  "0.0001",
  "-0.0001",
  "0.5",
  "-3",
  "99999999.9999",
  "1.49",
  "1.5",
  " 2 ",
  "+7",
  "12.3450",
];
const INTERVALS = [
  "7 days",
  "1 day",
  "-1 day",
  "1 mon",
  "-1 mons",
  "1 year",
  "2 years 3 mons",
  "24:00:00",
  "01:30:00",
  "1 day 02:00:00",
];
const MORE_INTERVALS = [
  "-00:00:01",
  "2 weeks",
  "90 minutes",
  "1 hour",
  "3 months",
  "10 seconds",
  "1 year -1 days",
  "00:00:00.5",
];
const MOMENTS = [
  "2024-01-31 12:00",
  "2024-02-29 23:59:59",
  "2024-03-09 07:30",
  "2024-11-02 05:30",
  "2011-12-29 10:00",
  "2011-12-31 10:00",
];
const ZONES = ["UTC", "America/New_York", "Pacific/Apia", "Asia/Kolkata", "Pacific/Kiritimati", "Europe/Berlin"];

describe.each([15, 18] as const)("on PostgreSQL %i", (major) => {
  let server: TestServer;
  let scratch: Scratch;
  let db: Db;
  beforeAll(async () => {
    server = await startServer(major);
    scratch = await openScratch({ kind: "server", url: server.url, superuser: true });
    db = scratch.db;
  });
  afterAll(async () => {
    await scratch.close();
    await server.stop();
  });

  test.each(OPERATORS)("%s accepts the texts that PostgreSQL accepts", async (operator) => {
    let compared = 0;
    const wrong: unknown[] = [];
    for (const pattern of patterns(operator.length, 400)) {
      const found = language(operator, pattern);
      if (!found) continue;
      // a pattern that is read never raises an error
      const rows = await db.query<{ text: string; holds: boolean }>(
        `select t as text, t ${operator === "^@" ? "^@" : operator} $1 as holds from unnest($2::text[]) t`,
        [pattern, TEXTS],
      );
      for (const { text, holds } of rows) {
        const accepted = accepts(found, text);
        if (accepted === undefined) continue;
        compared += 1;
        if (accepted !== holds) wrong.push({ operator, pattern, text, holds });
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(800);
  });

  test("a text that is found is in the languages that it was sought in", async () => {
    const read = patterns(7, 300).flatMap((pattern) => {
      const found = language("~", pattern);
      return found ? [{ pattern, automaton: found.automaton }] : [];
    });
    let found = 0;
    for (const [index, one] of read.entries()) {
      const other = read[(index + 1) % read.length] ?? one;
      const text = findText([
        { automaton: one.automaton, accepted: true },
        { automaton: other.automaton, accepted: false },
      ]);
      if (typeof text !== "string") continue;
      found += 1;
      const [row] = await db.query<{ yes: boolean; no: boolean }>("select $1 ~ $2 as yes, $1 ~ $3 as no", [
        text,
        one.pattern,
        other.pattern,
      ]);
      expect({ text, ...one, ...row }).toMatchObject({ yes: true, no: false });
    }
    expect(found).toBeGreaterThan(20);
  });

  test.each(["numeric", "float8"])("the order of %s constants", async (type) => {
    const rows = await db.query<{ a: string; b: string; less: boolean }>(
      `select a, b, a::${type} < b::${type} as less from unnest($1::text[]) a, unnest($1::text[]) b`,
      [NUMBERS],
    );
    for (const { a, b, less } of rows)
      expect({ a, b, less: Number(parseNumeric(a)) < Number(parseNumeric(b)) }).toEqual({ a, b, less });
    expect(["1e3", "0.00001", "NaN", "infinity", "", "1."].map(parseNumeric).slice(0, 5)).toEqual(
      Array.from({ length: 5 }, () => undefined),
    );
  });

  test("the fields of intervals", async () => {
    for (const text of [...INTERVALS, ...MORE_INTERVALS]) {
      const [row] = await db.query<{ months: number; days: number; micros: string }>(
        `select (extract(year from i) * 12 + extract(month from i))::int as months, extract(day from i)::int as days,
          ((extract(hour from i) * 60 + extract(minute from i)) * 60000000 + extract(microseconds from i))::bigint::text as micros
         from (select $1::interval) x (i)`,
        [text],
      );
      expect({ text, ...parseInterval(text) }).toEqual({ text, ...row, micros: Number(row?.micros) });
    }
  });

  test("the distance by which an interval moves a moment, in zones with and without daylight saving", async () => {
    for (const zone of ZONES) {
      await db.exec(`set timezone = '${zone}'`);
      const rows = await db.query<{ i: string; kind: "timestamp" | "timestamptz"; micros: string }>(
        `select i, 'timestamptz' as kind, (extract(epoch from (m::timestamptz + i::interval) - m::timestamptz) * 1000000)::bigint::text as micros
         from unnest($1::text[]) m, unnest($2::text[]) i
         union all
         select i, 'timestamp', (extract(epoch from (m::timestamp + i::interval) - m::timestamp) * 1000000)::bigint::text
         from unnest($1::text[]) m, unnest($2::text[]) i`,
        [MOMENTS, [...INTERVALS, ...MORE_INTERVALS]],
      );
      for (const { i, kind, micros } of rows) {
        const shift = parseInterval(i);
        const [least, most] = shift ? boundsOf(shift, kind) : [Number.NaN, Number.NaN];
        expect({ zone, i, kind, within: least <= Number(micros) && Number(micros) <= most }).toEqual({
          zone,
          i,
          kind,
          within: true,
        });
      }
    }
    await db.exec("reset timezone");
  });
});
