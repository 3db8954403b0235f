import { expect, test } from "vitest";
import { dollarQuote, quoteIdent, quoteLiteral } from "../../src/pg/identifier.ts";
import { visibleSql } from "../../src/report/visible-sql.ts";
import { forkForTest } from "../support/fork.ts";
import { expectHarmless, hostile } from "../support/hostile.ts";

const BODY = hostile("body\\x \\' ");
const TEXTS = [
  hostile("a"),
  hostile("a\\"),
  "\\\u001B",
  "é 😀 \u{E0001}",
  "plain",
  "a\\b'c",
  "a\r\nb\r",
  "a\n-- migrate:down\nb",
];

/** Each text in each place of SQL that PostgreSQL knows, read back. */
const statement = (text: string): string =>
  `select ${quoteLiteral(text)} as ${quoteIdent("l")}, ${dollarQuote(text)} as "d", -- ${text.replaceAll(/\s/g, " ")}
   'one'
   ${quoteLiteral(text).replace(/^E/, "").replaceAll("\\\\", "\\")} as joined, e'\\\u001B${text.replaceAll(/[\\'\n\r]/g, "")}' as "e",
   (select "x\u202E" from (select 1 as U&"x\\202E") t) as u, n.${quoteIdent(text)} as "n" /* ${text.replaceAll(/\s/g, " ")} */
   from (select 'seen' as ${quoteIdent(text)}) n`;

test("statements of a report hold nothing that acts, and mean the same to PostgreSQL", async () => {
  const { db } = await forkForTest();
  for (const text of TEXTS) {
    const sql = statement(text);
    const shown = visibleSql(sql);
    if (/[^\P{Cc}\n]|\u202E|\u{E0001}/u.test(text.replaceAll("\r\n", ""))) expectHarmless(shown);
    const rows = await db.query(shown);
    expect(rows).toEqual(await db.query(sql));
    expect(rows).toMatchObject([{ l: text, d: text, n: "seen", u: 1 }]);
  }
  const body = `create function f() returns text language sql as ${dollarQuote(`select ${quoteLiteral(BODY)}`)}`;
  expectHarmless(visibleSql(body));
  await db.exec(visibleSql(body));
  expect(await db.query("select f()")).toEqual([{ f: BODY }]);
});

test("SQL with nothing of the kind is not changed, whatever its lines", () => {
  for (const sql of [
    "create policy \"Enable read\" on t using (a = 'x''y');\n-- it's \"\n\tselect 1;\n",
    "create function f() returns text as $$\r\n  select 'a\r\nb'\r\n$$ language sql;",
    "comment on table t is 'two\nlines\tand a tab';",
  ])
    expect(visibleSql(sql)).toBe(sql);
});

test("a text that is not SQL is made visible", () => {
  expect(visibleSql("select '\u001B")).toBe("select '\\x1b");
});

test("no line of a name or a literal is one that a migration tool obeys", () => {
  for (const mark of ["-- +goose Down", "-- migrate:down", "---- create above / drop below ----"]) {
    const sql = `create table ${quoteIdent(`a\n${mark}\nb`)} (); comment on table t is ${quoteLiteral(`a\n${mark}\n`)}`;
    expect(visibleSql(sql).split("\n")).toHaveLength(1);
  }
});
