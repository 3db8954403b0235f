import { expect, test } from "vitest";
import type { LogEntry } from "../../../src/watch/log/entry.ts";
import { parserOf } from "../../../src/watch/log/format.ts";
import { timesIn } from "../../../src/watch/log/time.ts";
import { bytesAsText } from "../../../src/watch/log/utf8.ts";

function entriesOf(prefix: string, text: string): LogEntry[] {
  const entries: LogEntry[] = [];
  const parser = parserOf({ kind: "stderr", prefix }, { entry: (entry) => entries.push(entry), unread: () => {} });
  parser.push(bytesAsText(Buffer.from(text)));
  parser.end();
  return entries;
}

test.each([
  ["%t ", "2026-01-31 12:00:00 UTC ", "2026-01-31T12:00:00Z"],
  ["%m ", "2026-01-31 12:00:00.123 GMT ", "2026-01-31T12:00:00.123Z"],
  ["%m ", "2026-01-31 12:00:00.123 +03 ", "2026-01-31T12:00:00.123+03:00"],
  ["%m ", "2026-01-31 12:00:00.123 +0545 ", "2026-01-31T12:00:00.123+05:45"],
  ["%n ", "1769860800.500 ", "2026-01-31T12:00:00.500Z"],
  // a zone of several offsets
  ["%m ", "2026-01-31 12:00:00.123 CST ", null],
])("the time of %s in '%s'", (prefix, line, at) => {
  expect(entriesOf(prefix, `${line}ERROR:  x\n`)).toMatchObject([{ at, severity: "ERROR", message: "x" }]);
});

test.each([
  ["Europe/Berlin", "2026-01-31 12:00:00.123 CET", "2026-01-31T12:00:00.123+01:00"],
  ["Europe/Berlin", "2026-07-31 12:00:00.123 CEST", "2026-07-31T12:00:00.123+02:00"],
  // the clocks go forward at 02:00
  ["Europe/Berlin", "2026-03-29 01:59:59.999 CET", "2026-03-29T01:59:59.999+01:00"],
  ["Europe/Berlin", "2026-03-29 03:00:00.000 CEST", "2026-03-29T03:00:00.000+02:00"],
  ["Europe/Berlin", "2026-10-25 03:00:00.000 CET", "2026-10-25T03:00:00.000+01:00"],
  ["Europe/Berlin", "2026-10-25 01:59:59.000 CEST", "2026-10-25T01:59:59.000+02:00"],
  ["Asia/Kolkata", "2026-01-31 12:00:00 IST", "2026-01-31T12:00:00+05:30"],
  ["Europe/London", "2026-01-31 12:00:00 GMT", "2026-01-31T12:00:00Z"],
  ["Europe/London", "2026-07-31 12:00:00 BST", "2026-07-31T12:00:00+01:00"],
  ["no zone", "2026-07-31 12:00:00 BST", null],
])("with log_timezone = %s, %s is %s", (zone, text, time) => {
  expect(timesIn(zone)(text)).toBe(time);
});

test("lines of two processes that are mixed belong to the entry of their own", () => {
  const text = `[1] ERROR:  one
[2] ERROR:  two
[1] CONTEXT:  PL/pgSQL function f() line 3 at RAISE
[2] CONTEXT:  PL/pgSQL function g() line 4 at RAISE
\tPL/pgSQL function h() line 5 at PERFORM
[1] STATEMENT:  select f()
`;
  expect(
    entriesOf("[%p] ", text)
      .map(({ context, message, statement }) => ({ context, message, statement }))
      .toSorted((a, b) => (a.message < b.message ? -1 : 1)),
  ).toEqual([
    { message: "one", context: "PL/pgSQL function f() line 3 at RAISE", statement: "select f()" },
    {
      message: "two",
      context: "PL/pgSQL function g() line 4 at RAISE\nPL/pgSQL function h() line 5 at PERFORM",
      statement: null,
    },
  ]);
});

test("a process without a session writes nothing behind %q", () => {
  const text =
    "[1] LOG:  checkpoint starting: time\n[2] web@app ERROR:  x\n[3] [unknown]@[unknown] LOG:  connection received: host=::1\n";
  expect(entriesOf("[%p] %q%u@%d ", text)).toMatchObject([
    { severity: "LOG", login: null, database: null },
    { severity: "ERROR", login: "web", database: "app" },
    { severity: "LOG", login: null, database: null },
  ]);
});

test("names with blanks and of two bytes a character, padding, and literals of regular expressions", () => {
  const text = "(a b     ) {  größe}.*[7]% ERROR:  42501: x\n";
  expect(entriesOf("(%-8u) {%8d}.*[%p]%% ", text)).toMatchObject([
    // without a LOCATION the log is not verbose, and the text is the message's own
    { login: "a b", database: "größe", message: "42501: x", sqlstate: null },
  ]);
});

test.each([
  ["FEHLER:  ", "ZUSAMMENHANG:  ", "ORT:  "],
  ["ERREUR:  ", "CONTEXTE :  ", "EMPLACEMENT :  "],
  ["ОШИБКА:  ", "КОНТЕКСТ:  ", "ПОЛОЖЕНИЕ: "],
  ["错误:  ", "上下文:  ", "位置:  "],
])("the words of other languages: %s", (error, context, location) => {
  const text = `[1] ${error}42501: x\n[1] ${context}PL/pgSQL f()\n[1] ${location}ExecWithCheckOptions, execMain.c:2044\n`;
  expect(entriesOf("[%p] ", text)).toMatchObject([
    {
      severity: "ERROR",
      sqlstate: "42501",
      message: "x",
      context: "PL/pgSQL f()",
      routine: "ExecWithCheckOptions",
    },
  ]);
});
