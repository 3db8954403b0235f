import fc from "fast-check";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readLog } from "../../../src/watch/log/index.ts";
import type { LogEntry } from "../../../src/watch/log/entry.ts";
import { detectFormat, parserOf, type LogFormat } from "../../../src/watch/log/format.ts";
import { bytesAsText } from "../../../src/watch/log/utf8.ts";
import { countsOf, expectedCounts, otherErrors } from "./expected.ts";
import { ROWS } from "./rows.ts";

/** Logs that PostgreSQL 18.4 wrote at the same time, with log_error_verbosity = verbose, when `raise` of rows.ts ran. */
const FORMATS: readonly (readonly [string, LogFormat])[] = [
  ["verbose.jsonlog", { kind: "jsonlog" }],
  ["verbose.csvlog", { kind: "csvlog" }],
  ["verbose.stderr", { kind: "stderr", prefix: "%m [%p] %q%u@%d " }],
];
const bytesOf = (file: string): Buffer => readFileSync(join(import.meta.dirname, "written", file));

function entriesOf(format: LogFormat, chunks: readonly Uint8Array[]): { entries: LogEntry[]; unread: number } {
  const entries: LogEntry[] = [];
  let unread = 0;
  const parser = parserOf(format, {
    entry: (entry) => entries.push(entry),
    unread: () => {
      unread += 1;
    },
  });
  for (const chunk of chunks) parser.push(bytesAsText(chunk));
  parser.end();
  return { entries, unread };
}

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const cuts = [0, ...at.map((n) => n % bytes.length).toSorted((a, b) => a - b), bytes.length];
  return cuts.slice(1).map((to, n) => bytes.subarray(cuts[n], to));
};

async function* oneByOne<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

describe.each(FORMATS)("%s", (file, format) => {
  const bytes = bytesOf(file);
  const whole = entriesOf(format, [bytes]);

  test("is an entry for each row", () => {
    expect(whole.unread).toBe(0);
    expect(whole.entries.map(({ sqlstate }) => sqlstate)).toEqual(ROWS.map(({ sqlstate }) => sqlstate));
    expect(whole.entries.map(({ database }) => database)).toEqual(ROWS.map(() => "postgres"));
    expect(whole.entries.map(({ severity }) => severity)).toEqual(ROWS.map(() => "ERROR"));
    expect(whole.entries.map(({ statement }) => statement?.replaceAll("\r", ""))).toEqual(ROWS.map(({ sql }) => sql));
  });

  test("is told from its first lines", () => {
    expect(detectFormat(bytesAsText(bytes), null)).toEqual(
      format.kind === "stderr" ? { kind: "stderr", prefix: null } : format,
    );
  });

  test("gives the same entries in pieces of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 200 }), (at) => {
        expect(entriesOf(format, cut(bytes, at))).toEqual(whole);
      }),
      { numRuns: 100 },
    );
    expect(entriesOf(format, cut(bytes, [...bytes.keys()]))).toEqual(whole);
  });

  test("with CRLF gives the same counts, from a stream", async () => {
    const crlf = Buffer.from(bytes.toString("latin1").replaceAll("\n", "\r\n"), "latin1");
    for (const stream of [bytes, crlf]) {
      const reading = await readLog(
        { kind: "stream", stream: oneByOne(cut(stream, [1000, 1001, 5000])) },
        { cursor: null, start: "begin", format: null, database: "postgres", heartbeat: null },
      );
      expect(countsOf(reading.denials)).toEqual(expectedCounts());
      expect(reading).toMatchObject({ bytes: stream.length, unread: 0, cursor: null, otherErrors: otherErrors() });
      expect(reading.lacks).toEqual([]);
    }
  });

  test("counts no denial of another database", async () => {
    const reading = await readLog(
      { kind: "stream", stream: oneByOne([bytes]) },
      { cursor: null, start: "begin", format, database: "elsewhere", heartbeat: null },
    );
    expect(reading).toMatchObject({ entries: ROWS.length, denials: [], otherErrors: 0 });
  });
});

test("the three formats hold the same messages, contexts, routines and query ids", () => {
  const [json, csv, stderr] = FORMATS.map(([file, format]) => entriesOf(format, [bytesOf(file)]).entries);
  const parts = ({
    at,
    context,
    login,
    message,
    routine,
    severity,
    sqlstate,
    statement,
  }: LogEntry): Partial<LogEntry> => ({
    at,
    context,
    login,
    message,
    routine,
    severity,
    sqlstate,
    statement,
  });
  expect(csv).toEqual(json);
  expect(stderr?.map(parts)).toEqual(json?.map(parts));
  // of the file, and more than JavaScript's numbers hold
  expect(json?.[0]?.queryId).toBe("-6288960974116926024");
});

test("a begin that is not there, or lines of another program, do not hide what follows", () => {
  for (const [file, format] of FORMATS) {
    const bytes = bytesOf(file);
    const whole = entriesOf(format, [bytes]).entries.map(({ message }) => message);
    // from the middle of the first statement, which has a line break
    const rest = entriesOf(format, [bytes.subarray(bytes.indexOf("lines,"))]).entries.map(({ message }) => message);
    expect(rest).toEqual(whole.slice(1));
    const other = Buffer.from('initdb: creating "it"\n\nxyz,1,2\n{"level": "info"\n');
    const after = entriesOf(format, [other, bytes]);
    expect(after.entries.map(({ message }) => message)).toEqual(whole);
    expect(after.unread).toBe(3);
  }
});

test("a text that is no log at all has no format, and its lines are counted", async () => {
  const reading = await readLog(
    { kind: "stream", stream: oneByOne([Buffer.from("a\nb\nc\n")]) },
    { cursor: null, start: "begin", format: null, database: null, heartbeat: "00000000-0000-4000-8000-000000000000" },
  );
  expect(reading).toMatchObject({
    entries: 0,
    unread: 3,
    heartbeat: "not seen",
    lacks: [{ lack: "setting", what: "log_line_prefix" }],
  });
});

test("a denial with a statement of 20 MB is counted, and what follows it", () => {
  const long = "x, ''y''\n".repeat(2_200_000);
  const json = (statement: string): string =>
    `${JSON.stringify({ timestamp: "2026-01-31 12:00:00.000 UTC", error_severity: "ERROR", state_code: "42501", message: 'new row violates row-level security policy for table "visit"', statement, query_id: 0 })}\n`;
  const csv = (statement: string): string =>
    `2026-01-31 12:00:00.000 UTC,"web","db",1,"",6b0d.1,1,"INSERT",2026-01-31 12:00:00 UTC,2/1,0,ERROR,42501,"new row violates row-level security policy for table ""visit""",,,,,,"${statement}",,,"","client backend",,0\n`;
  const stderr = (statement: string): string =>
    `2026-01-31 12:00:00.000 UTC [1] ERROR:  new row violates row-level security policy for table "visit"\n2026-01-31 12:00:00.000 UTC [1] STATEMENT:  ${statement.replaceAll("\n", "\n\t")}\n`;
  for (const [format, line] of [
    [{ kind: "jsonlog" }, json],
    [{ kind: "csvlog" }, csv],
    [{ kind: "stderr", prefix: "%m [%p] " }, stderr],
  ] as const) {
    const bytes = Buffer.from(line(long) + line("short"));
    const chunks = Array.from({ length: Math.ceil(bytes.length / 1e6) }, (_, n) =>
      bytes.subarray(n * 1e6, (n + 1) * 1e6),
    );
    const { entries } = entriesOf(format, chunks);
    expect(entries.map(({ message }) => message)).toEqual(
      Array.from({ length: 2 }, () => 'new row violates row-level security policy for table "visit"'),
    );
    expect(entries.every(({ statement }) => (statement ?? "").length <= 70_000)).toBe(true);
  }
});
