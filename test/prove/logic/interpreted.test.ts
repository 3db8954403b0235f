import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Db } from "../../../src/db/port.ts";
import { parseInterval } from "../../../src/prove/encode/interval.ts";
import { parseNumeric } from "../../../src/prove/logic/conversion.ts";
import type { Formula, Term } from "../../../src/prove/logic/formula.ts";
import { conversionsWith } from "../../../src/prove/logic/functions.ts";
import { accepts, language } from "../../../src/prove/logic/language.ts";
import { findText } from "../../../src/prove/logic/language-search.ts";
import { Logic } from "../../../src/prove/logic/logic.ts";
import { SORT } from "../../../src/prove/logic/sort.ts";
import { MINUS, quotient, remainder, times } from "../../../src/prove/logic/symbol.ts";
import { axioms } from "../../../src/prove/solve/axioms/axioms.ts";
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

/** A formula of differences, by the numbers that its terms are. */
function holdsOf(formula: Formula, numbers: ReadonlyMap<Term, number>): boolean {
  const number = (term: Term | null): number => (term === null ? 0 : (numbers.get(term) ?? Number.NaN));
  switch (formula.kind) {
    case "true":
    case "false":
      return formula.kind === "true";
    case "not":
      return !holdsOf(formula.arg, numbers);
    case "and":
      return formula.args.every((arg) => holdsOf(arg, numbers));
    case "or":
      return formula.args.some((arg) => holdsOf(arg, numbers));
    case "atMost":
      return number(formula.left) - number(formula.right) <= formula.bound;
    default:
      throw new Error(`${formula.kind} is not about numbers`);
  }
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
const INTEGERS = [-2147483648, -32769, -8, -7, -3, -2, -1, 0, 1, 2, 3, 7, 8, 100, 32767, 2147483647];
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

  test("inequalities of differences, and of products and quotients with a constant", async () => {
    const logic = new Logic();
    const number = (value: number): Term => logic.constant(SORT.int, value);
    const over = (divisor: number, x: Term): Term =>
      divisor > 0
        ? logic.apply(quotient(divisor), [x])
        : logic.apply(times(-1), [logic.apply(quotient(-divisor), [x])]);
    const made: Record<string, (x: number, k: number) => Term | null> = {
      "-": (x, k) => logic.apply(MINUS, [number(x), number(k)]),
      "*": (x, k) => (k === 0 ? null : logic.apply(times(k), [number(x)])),
      "/": (x, k) => (Math.abs(k) < 2 ? null : over(k, number(x))),
    };
    let compared = 0;
    const wrong: unknown[] = [];
    for (const [operator, make] of Object.entries(made)) {
      const rows = await db.query<{ x: number; k: number; c: number; most: boolean; least: boolean }>(
        `select x, k, c, x::bigint ${operator} k <= c as most, x::bigint ${operator} k >= c as least
         from unnest($1::int[]) x, unnest($1::int[]) k, unnest($1::int[]) c where k <> 0`,
        [INTEGERS],
      );
      for (const { x, k, c, most, least } of rows) {
        const term = make(x, k);
        if (!term) continue;
        const given = [logic.difference(term, null, c), logic.difference(null, term, -c)];
        // beyond the numbers that are exact nothing is told
        if (given.some(({ kind }) => kind === "atMost")) continue;
        compared += 1;
        if (given[0] !== logic.bool(most) || given[1] !== logic.bool(least)) wrong.push({ x, operator, k, c });
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(10_000);
  });

  test("the facts about a remainder", async () => {
    const rows = await db.query<{ x: number; k: number; rest: number }>(
      "select x, k, x % k as rest from unnest($1::int[]) x, unnest($1::int[]) k where k <> 0",
      [INTEGERS],
    );
    const wrong: unknown[] = [];
    for (const { x, k, rest } of rows) {
      const logic = new Logic();
      const divisor = Math.abs(k);
      const of = logic.column(SORT.int, logic.constantRow(null, "row"), "n");
      const term = logic.apply(remainder(divisor), [of]);
      const vocabulary = { terms: new Set([term, of]), predicates: new Set<never>(), mayBeEqual: () => true };
      const facts = axioms(logic, conversionsWith(new Map()), vocabulary, new Set());
      const fits = (value: number): boolean =>
        facts.every((fact) =>
          holdsOf(
            fact,
            new Map([
              [of, x],
              [term, value],
            ]),
          ),
        );
      // no other remainder fits where the integer is small
      if (!fits(rest) || (Math.abs(x) < divisor && (fits(rest + 1) || fits(rest - 1)))) wrong.push({ x, k, rest });
    }
    expect(wrong).toEqual([]);
    expect(rows.length).toBeGreaterThan(200);
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
