import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEmbedded, type EmbeddedDb } from "../../../src/db/pglite.ts";
import { editBody, editsInBody, placeIn } from "../../../src/pg/plpgsql/edit.ts";
import type { PlFunction, Statement } from "../../../src/pg/plpgsql/node.ts";
import { embeddedSql, visitStatements } from "../../../src/pg/plpgsql/visit.ts";
import { read } from "./support.ts";

const SETOF = { arguments: "a int, b text", result: "setof int" };

/** The text of the body at the places of each SQL text. */
const written = (fn: PlFunction): string[] =>
  embeddedSql(fn).flatMap(({ sql }) => sql.copied.map(({ from, length }) => fn.body.slice(from, from + length)));

describe("places of SQL", () => {
  test.each<[statement: string, places: string[]]>([
    ["perform /* ü */ f('ä');", ["f('ä')"]],
    ["select 'é' into strict x from t where b = 'ü';", ["select 'é' ", "from t where b = 'ü'"]],
    // PL/pgSQL counts the bytes of INTO, and writes so many blanks
    [`select 'é' into "Größe" from t where b = 'ü';`, ["select 'é' ", "from t where b = 'ü'"]],
    ["select a /* ü */ into /* é */ x -- ö\n from t;", ["select a /* ü */ ", "from t"]],
    ["insert into t values (1) returning id into x;", ["insert into t values (1) returning id"]],
    ["case a when 1, 2 then null; end case;", ["a", "1, 2"]],
    ["x := /* c */ 'a;b' || $q$ ; $q$ -- c\n;", ["'a;b' || $q$ ; $q$"]],
    ["open cur (l := 1, k := b);", ["b", "1"]],
    ["open cur (1, 2);", ["1", "2"]],
    // which of the two it is cannot be told from the joined text
    ["open cur (1, 1);", []],
    ["execute b into x using a, b || 'ü';", ["b", "a", "b || 'ü'"]],
    ["raise notice '%, %', a, b using hint = b || '!';", ["a", "b", "b || '!'"]],
  ])("%s", (statement, places) => {
    const fn = read(`declare x int; "Größe" text; cur cursor (k int, l int) for select 1; begin ${statement} end`);
    expect(fn.placed).toBe(true);
    expect(written(fn)).toEqual(["select 1", ...places]);
  });

  test("a place that joins two parts is none", () => {
    const fn = read("declare x int; begin select b into x from t; end");
    const [sql] = embeddedSql(fn).map((one) => one.sql);
    if (!sql) throw new Error("no SQL");
    const [b, from] = [sql.text.indexOf("b"), sql.text.indexOf("from")];
    expect(placeIn(sql, b, b + 1)).toEqual({ start: fn.body.indexOf("b into"), end: fn.body.indexOf(" into") });
    expect(placeIn(sql, b, from + 4)).toBeNull();
    expect(editsInBody(sql, [{ start: b, end: from + 4, text: "" }])).toBeNull();
  });
});

/** A body as it is written: text, and SQL whose place is then known. */
type Part = string | { sql: string };

const gap = fc.constantFrom(" ", "\n", "\t  ", " /* ü; then loop */ ", " -- end if;\n");
const value: fc.Arbitrary<Part> = fc
  .constantFrom(
    "a + 1",
    "'it''s; then'",
    `"Größe" || 'é'`,
    "(select count(*) from t loop)",
    "(array[1, 2])[1]",
    "$q$ loop; $q$",
  )
  .map((sql) => ({ sql }));
const query: fc.Arbitrary<Part> = fc
  .constantFrom(
    "select 'é' as x from t",
    "values (1), (2)",
    "with w as (select a) select * from w",
    "update t set x = 'ü' returning 1",
  )
  .map((sql) => ({ sql }));

/** The parts with blanks and comments between them. */
const spaced = (...parts: (string | fc.Arbitrary<Part | Part[]>)[]): fc.Arbitrary<Part[]> =>
  fc
    .tuple(...parts.map((part) => fc.tuple(gap, typeof part === "string" ? fc.constant<Part | Part[]>(part) : part)))
    .map((all) => all.flatMap(([before, part]) => [before, ...(Array.isArray(part) ? part : [part])]));

const { statements } = fc.letrec<{ statements: Part[]; statement: Part[] }>((tie) => {
  const body = tie("statements");
  return {
    statements: fc.array(tie("statement"), { maxLength: 3 }).map((all) => all.flat()),
    statement: fc.oneof(
      { depthSize: "small" },
      spaced("null", ";"),
      spaced("x", ":=", value, ";"),
      spaced("r", ".", "f", "=", value, ";"),
      spaced("perform", value, ";"),
      spaced(query, ";"),
      fc.constant<Part[]>([
        " ",
        { sql: "select 'é' " },
        'into strict x, "Größe" ',
        { sql: "from t where y = 'ü'" },
        ";",
      ]),
      spaced("execute", value, "into", "x", "using", value, ",", value, ";"),
      spaced("return", "next", value, ";"),
      spaced("return", "query", query, ";"),
      spaced("raise", "notice", "'% ;'", ",", value, "using", "hint", "=", value, ";"),
      spaced("if", value, "then", body, "elsif", value, "then", body, "else", body, "end", "if", ";"),
      spaced("case", value, "when", value, "then", body, "else", body, "end", "case", ";"),
      spaced("<<", "l", ">>", "while", value, "loop", body, "exit", "l", "when", value, ";", "end", "loop", "l", ";"),
      spaced("for", "i", "in", value, "..", value, "loop", body, "end", "loop", ";"),
      spaced("for", "r", "in", query, "loop", body, "end", "loop", ";"),
      spaced("foreach", "x", "in", "array", value, "loop", body, "end", "loop", ";"),
      spaced("declare", "a", "int", ":=", value, ";", "q", "record", "default", value, ";", "begin", body, "end", ";"),
      spaced("begin", body, "exception", "when", "others", "or", "sqlstate", "'22000'", "then", body, "end", ";"),
    ),
  };
});

const bodies = spaced(
  "declare",
  "x",
  "int",
  ";",
  "r",
  "record",
  ";",
  '"Größe"',
  "text",
  "not null",
  "=",
  value,
  ";",
  "begin",
  statements,
  "end",
  ";",
);

const COMMENT = /^(?:\s*(?:\/\*[^*]*\*\/|--.*))?$/;

test("every SQL text of any body is found at the place where it was written, and nothing else", () => {
  fc.assert(
    fc.property(bodies, (parts) => {
      let body = "";
      const expected: { from: number; sql: string }[] = [];
      for (const part of parts) {
        if (typeof part !== "string") expected.push({ from: body.length, sql: part.sql });
        body += typeof part === "string" ? part : part.sql;
      }
      const fn = read(body, SETOF);
      expect(fn.placed).toBe(true);
      const found = embeddedSql(fn).flatMap(({ sql }) => {
        for (const { at, from, length } of sql.copied)
          expect(sql.text.slice(at, at + length)).toBe(body.slice(from, from + length));
        return sql.copied;
      });
      const sorted = found.toSorted((one, other) => one.from - other.from);
      // a comment between a statement and its semicolon belongs to the text
      const texts = sorted.map(({ from, length }, index) => {
        const [sql, text] = [expected[index]?.sql ?? "", body.slice(from, from + length)];
        return { from, sql: text.startsWith(sql) && COMMENT.test(text.slice(sql.length)) ? sql : text };
      });
      expect(texts).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

describe("against PostgreSQL", () => {
  let db: EmbeddedDb;
  beforeAll(async () => {
    db = await openEmbedded();
  });
  afterAll(async () => db.close());

  const create = async (body: string): Promise<void> =>
    void (await db.exec(
      `create or replace function f(a int, b text) returns int language plpgsql as $body$${body}$body$`,
    ));

  test("a statement's line is the line that PostgreSQL reports", async () => {
    const body =
      "\n\ndeclare x int;\nbegin\n  -- ü\n  x := 1;\n\n  if x = 1 then\n    x := 1 / 0;\n  end if;\n  return x;\nend";
    await create(
      `${body.slice(0, -3)}exception when others then declare c text; begin get stacked diagnostics c = pg_exception_context; raise exception '%', c; end; end`,
    );
    const lines: number[] = [];
    visitStatements([read(body).block], (statement) => {
      if (statement.kind === "assign" && statement.value.text === "1 / 0") lines.push(statement.line);
    });
    const [line] = lines;
    await expect(db.query("select f(1, '')")).rejects.toThrow(`line ${line} at assignment`);
  });

  test("a statement cut out at its place, or SQL changed at its place, gives the intended body", async () => {
    const body = `declare "Größe" text := 'é'; begin
      <<l>> loop "Größe" := "Größe" || 'ü'; exit l; end loop l; -- 'é'
      perform 1 / 0; /* perform 1 / 0; */
      return length("Größe"); end`;
    const fn = read(body);
    const places: Statement[] = [];
    visitStatements([fn.block], (statement) => {
      if (statement.kind === "perform") places.push(statement);
    });
    const cut = places.flatMap(({ place }) => (place ? [{ ...place, text: "" }] : []));
    const longer = embeddedSql(fn).flatMap(({ sql }) => {
      const at = Buffer.from(sql.text).indexOf("'ü'");
      return at < 0 ? [] : (editsInBody(sql, [{ start: at, end: at + 4, text: "'üüü'" }]) ?? []);
    });
    await create(editBody(body, [...cut, ...longer]));
    expect(await db.query("select f(1, '') as f")).toEqual([{ f: 4 }]);
  });
});
