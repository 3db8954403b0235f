import { describe, expect, test } from "vitest";
import { splitStatements } from "../../src/scratch/split.ts";

const statements = (sql: string): [number, string][] =>
  splitStatements(sql).parts.flatMap((part) =>
    part.kind === "statement" ? [[part.line, part.text] as [number, string]] : [],
  );

const cases: [name: string, sql: string, expected: [number, string][]][] = [
  [
    "two",
    "select 1;\nselect 2;",
    [
      [1, "select 1"],
      [2, "select 2"],
    ],
  ],
  [
    "no semicolon at the end",
    "select 1;\n\nselect 2\n",
    [
      [1, "select 1"],
      [3, "select 2"],
    ],
  ],
  [
    "in strings and comments",
    "select ';' /* ; */ -- ;\n, 'a''; b';select 2",
    [
      [1, "select ';' /* ; */ -- ;\n, 'a''; b'"],
      [2, "select 2"],
    ],
  ],
  [
    "in dollar quotes, nested",
    "do $a$ begin perform $b$ ; $b$; end $a$;\nselect 2",
    [
      [1, "do $a$ begin perform $b$ ; $b$; end $a$"],
      [2, "select 2"],
    ],
  ],
  [
    "BEGIN ATOMIC",
    "create function f() returns int language sql begin atomic select 1; select case when true then 1 end; end;\nselect 2",
    [
      [1, "create function f() returns int language sql begin atomic select 1; select case when true then 1 end; end"],
      [2, "select 2"],
    ],
  ],
  [
    "CREATE RULE with several commands",
    "create rule r as on insert to t do also (select 1; select 2);\nselect 3",
    [
      [1, "create rule r as on insert to t do also (select 1; select 2)"],
      [2, "select 3"],
    ],
  ],
  [
    "beyond ASCII",
    "select 'ä東';\nselect 'ß'",
    [
      [1, "select 'ä東'"],
      [2, "select 'ß'"],
    ],
  ],
  ["a byte order mark", "\uFEFFselect 1", [[1, "select 1"]]],
  ["nothing but comments", "-- nothing\n/* here */", []],
  [
    "BEGIN and END as a transaction",
    "begin;\nselect 1;\nend;",
    [
      [1, "begin"],
      [2, "select 1"],
      [3, "end"],
    ],
  ],
];

test.each(cases)("%s", (_, sql, expected) => expect(statements(sql)).toEqual(expected));

describe("what is not SQL", () => {
  test("psql commands are taken out, with their lines", () => {
    const { parts } = splitStatements("select 1;\n\\ir other.sql\n\\pset border 2\nselect 2;");
    expect(parts).toEqual([
      { kind: "statement", text: "select 1", line: 1 },
      { kind: "psql", command: "ir", argument: "other.sql", words: ["other.sql"], line: 2 },
      { kind: "psql", command: "pset", argument: "border 2", words: ["border", "2"], line: 3 },
      { kind: "statement", text: "select 2", line: 4 },
    ]);
  });

  test("a backslash inside a text is left alone", () => {
    expect(statements("select 'a\n\\ir b\n'")).toEqual([[1, "select 'a\n\\ir b\n'"]]);
  });

  test("rows of COPY FROM stdin go with it", () => {
    const { parts } = splitStatements("copy t from stdin;\n1\ta;b\n\\.\nselect 2;");
    expect(parts.map((part) => [part.kind, part.line])).toEqual([
      ["psql", 1],
      ["statement", 4],
    ]);
  });

  test("COPY inside a text is no COPY", () => {
    expect(statements("select '\ncopy t from stdin;\n';\nselect 2")).toEqual([
      [1, "select '\ncopy t from stdin;\n'"],
      [4, "select 2"],
    ]);
  });
});

describe("text that the scanner refuses is reported with its line, and the statements before it are kept", () => {
  const body = "create function f() returns int language sql as $$\n  select 1;\n\n$$;\n";
  test.each([
    ["a string", "select 1;\nselect 'open;\nselect 3;", 2, 1, "unterminated quoted string"],
    [
      "a string after texts of several lines",
      `${body}${body}select\n  'open;\n\n\n`,
      10,
      2,
      "unterminated quoted string",
    ],
    ["a comment", `${body}/* open\n select 1;\n`, 5, 1, "unterminated /* comment"],
    ["nested comments", `${body}/* open /* inner\n select 1;\n`, 5, 1, "unterminated /* comment"],
    ["a dollar quote", `${body}do $x$ begin\n end $y$;\n`, 5, 1, "unterminated dollar-quoted string"],
    ["a quoted name", `${body}${body}drop table "open;\n`, 9, 2, "unterminated quoted identifier"],
    ["what is no token", `${body}${body}select 1abc;\n${body}`, 9, 2, "trailing junk after numeric literal"],
    [
      "what is no token, after a text that ends in its line",
      `${body}select '\n', 1abc;\n${body}`,
      5,
      1,
      "syntax error",
    ],
  ])("%s", (_, sql, line, before, message) => {
    const split = splitStatements(sql);
    expect(split.broken).toMatchObject({ line, message: expect.stringContaining(message) });
    expect(split.parts.length).toBe(before);
  });
});

test("a parenthesis that stays open loses one statement, not the file", () => {
  expect(
    statements(
      "select 1;\ncreate table a (id int;\nselect 3;\ncreate rule r as on insert to t do also (select 1; select 2);",
    ),
  ).toEqual([
    [1, "select 1"],
    [2, "create table a (id int"],
    [3, "select 3"],
    [4, "create rule r as on insert to t do also (select 1; select 2)"],
  ]);
});

test("20,000 statements in a file: the time grows with their number, not with its square, which would pass the limit of a test", () => {
  expect(statements("insert into t values (1, 'some text of a seed');\n".repeat(20_000)).length).toBe(20_000);
});
