import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { runBatch, runKeyed, type Batch, type Probe, type Response, type Statement } from "../../src/request/index.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedBase } from "../support/fork.ts";

const SCHEMA = `
  create table note (id int primary key, org text not null);
  insert into note values (1, 'A'), (2, 'B');
  grant select, insert, update, delete on note to authenticated;
  alter table note enable row level security;
  create policy by_claim on note to authenticated
    using (org = current_setting('request.jwt.claims', true)::jsonb ->> 'org' or org = current_setting('app.org', true));
`;

const IDS = "select jsonb_agg(id order by id)::text from note";
const rows = new Map<string, Probe>([
  ["notes", { kind: "query", sql: IDS, tables: null }],
  ["notes, of a known table", { kind: "query", sql: IDS, tables: ["public.note"] }],
]);

let fork: Scratch;
let db: Db;
beforeAll(async () => {
  fork = await (await sharedBase()).fork();
  ({ db } = fork);
  await db.exec(SCHEMA);
});
afterAll(async () => fork.close());
beforeEach(async () => {
  await db.exec("begin");
});
afterEach(async () => {
  await db.exec("rollback");
});

const run = async (statements: readonly Statement[], more: Partial<Batch> = {}): Promise<Response[]> =>
  runBatch(db, {
    role: "authenticated",
    claims: JSON.stringify({ org: "A" }),
    setup: [],
    prelude: [],
    preludeWrites: false,
    probes: rows,
    statements,
    ...more,
  });

const text = (sql: string, more: Partial<Statement> = {}): Statement => ({
  sql,
  returns: "text",
  probe: null,
  ...more,
});
const count = (sql: string, more: Partial<Statement> = {}): Statement => ({
  sql,
  returns: "count",
  probe: null,
  ...more,
});
const answer = (given: string | null): Response => ({ kind: "answer", text: given, changed: [] });

test("statements run as the role with its claims, and none sees the changes of another", async () => {
  expect(
    await run([count("delete from note"), text(IDS), text("select current_user::text"), text("select null::text")]),
  ).toEqual([answer("1"), answer("[1]"), answer("authenticated"), answer(null)]);
  // the login's own query: nothing stays
  expect(await db.query(`select (${IDS}) as ids, current_user::text as who`)).toEqual([
    { ids: "[1, 2]", who: "postgres" },
  ]);
});

test("without claims the setting is not touched", async () => {
  const [response] = await run([text("select coalesce(current_setting('request.jwt.claims', true), 'unset')")], {
    claims: null,
  });
  // in this session it was set before: then it is empty
  expect(["", "unset"]).toContain(response?.kind === "answer" ? response.text : "no answer");
});

test("set-up runs as the login, a prelude as the role; the statement sees both", async () => {
  const [set, seen, who] = await run(
    [text(IDS), text(IDS, { setup: ["insert into note values (3, 'A')"] }), text("select current_setting('app.who')")],
    { setup: ["insert into note values (4, 'B')"], prelude: ["select set_config('app.org', 'B', true)", WHO] },
  );
  // B's rows by the variable, A's by the claim; the row of another statement's set-up is gone
  expect(set).toEqual(answer("[1, 2, 4]"));
  expect(seen).toEqual(answer("[1, 2, 3, 4]"));
  expect(who).toEqual(answer("authenticated"));
});

const WHO = "select set_config('app.who', current_user, true)";

test("what an earlier statement of the batch did is not a later one's", async () => {
  const remove = count("delete from note where id = 1", { probe: "notes" });
  const nothing = text("select '1'", { probe: "notes" });
  const unwatched = count("delete from note where id = 1");
  const removed = { kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[2]" }] };
  const fails = text("with gone as (delete from note where id = 1 returning 1) select (1 / 0)::text from gone", {
    probe: "notes",
  });
  const setUp = text("select '1'", { probe: "notes", setup: ["insert into note values (3, 'B')"] });
  expect(
    await run([nothing, remove, nothing, unwatched, nothing, fails, nothing, remove, setUp, nothing, remove]),
  ).toMatchObject([
    answer("1"),
    removed,
    answer("1"),
    answer("1"),
    answer("1"),
    { kind: "error", sqlstate: "22012" },
    answer("1"),
    removed,
    answer("1"),
    answer("1"),
    removed,
  ]);
});

test("a probe sees every row, and only what the statement changed", async () => {
  const responses = await run([
    count("delete from note", { probe: "notes" }),
    count("delete from note where id = 2", { probe: "notes" }),
    count("delete from note", { probe: "notes", setup: ["insert into note values (3, 'B')"] }),
  ]);
  expect(responses).toEqual([
    { kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[2]" }] },
    // a row of B, which A does not see
    answer("0"),
    { kind: "answer", text: "1", changed: [{ before: "[1, 2, 3]", after: "[2, 3]" }] },
  ]);
});

describe("a probe is read only after a change, and after every kind of it", () => {
  // as `note` holds 1 and 2, each statement leaves other rows behind, by reasoning
  const changes: [string, string, string | null][] = [
    [
      "a function with its owner's rights that deletes",
      "create function f() returns int language sql security definer as 'delete from note where id = 2; select 1'",
      "[1]",
    ],
    [
      "a function that truncates",
      "create function f() returns int language plpgsql security definer as 'begin truncate note; return 1; end'",
      null,
    ],
    [
      "a function that truncates and inserts as many rows",
      "create function f() returns int language plpgsql security definer as $f$begin truncate note; insert into note values (1, 'A'), (3, 'B'); return 1; end$f$",
      "[1, 3]",
    ],
    [
      "a function that rolls a change back, and makes another",
      "create function f() returns int language plpgsql security definer as $f$begin begin delete from note; raise exception 'x'; exception when others then null; end; insert into note values (4, 'B'); return 1; end$f$",
      "[1, 2, 4]",
    ],
    [
      "a function that writes into a partition",
      "create function f() returns int language sql security definer as 'insert into note_4 values (44, ''B''); select 1'",
      "[1, 2, 44]",
    ],
    [
      "a function that writes into a partition that it makes",
      "create function f() returns int language plpgsql security definer as $f$begin create table note_8 partition of note for values from (80) to (90); insert into note values (81, 'B'); return 1; end$f$",
      "[1, 2, 81]",
    ],
    [
      "a function that makes another table a partition",
      "create table aside as select 82 as id, 'B'::text as org; create function f() returns int language plpgsql security definer as $f$begin alter table note attach partition aside for values from (80) to (90); return 1; end$f$",
      "[1, 2, 82]",
    ],
    [
      "a function that drops a partition",
      "create function f() returns int language plpgsql security definer as $f$begin drop table note_0; return 1; end$f$",
      null,
    ],
  ];
  test.each(
    changes.flatMap(([title, sql, after]) => [...rows.keys()].map((probe) => [title, probe, sql, after] as const)),
  )("%s: %s", async (_, probe, sql, after) => {
    await db.exec(`drop table note; create table note (id int, org text) partition by range (id);
      create table note_0 partition of note for values from (0) to (40);
      create table note_4 partition of note for values from (40) to (80);
      insert into note values (1, 'A'), (2, 'B'); ${sql}`);
    const [found] = await run([text("select f()::text", { probe })]);
    expect(found).toEqual({ kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: after ?? "" }] });
  });

  test.each([...rows.keys()])("a statement that writes into a partition that its set-up makes: %s", async (probe) => {
    await db.exec(`drop table note; create table note (id int, org text) partition by range (id);
      create table note_0 partition of note for values from (0) to (40);
      insert into note values (1, 'A'), (2, 'B');
      create function f() returns int language sql security definer as 'insert into note values (81, ''B''); select 1'`);
    const setup = ["create table note_8 partition of note for values from (80) to (90)"];
    const [found] = await run([text("select f()::text", { probe, setup })]);
    expect(found).toEqual({ kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[1, 2, 81]" }] });
  });

  test("a function that rolls its change back leaves none", async () => {
    await db.exec(`create function f() returns int language plpgsql security definer as $f$begin
      begin delete from note; raise exception 'x'; exception when others then null; end; return 1; end$f$`);
    expect(await run([text("select f()::text", { probe: "notes" })])).toEqual([answer("1")]);
  });

  test("without track_counts it is read each time", async () => {
    await db.exec("set local track_counts = off");
    await db.exec(
      "create function f() returns int language sql security definer as 'delete from note where id = 2; select 1'",
    );
    const [found] = await run([text("select f()::text", { probe: "notes" })]);
    expect(found).toEqual({ kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[1]" }] });
  });

  test("a probe may have columns that are called like the driver's variables", async () => {
    await db.exec(
      "create table odd (state text, probe text, after text, answer text); insert into odd values ('s', 'p', 'a', 'b')",
    );
    const probes = new Map<string, Probe>([
      [
        "odd",
        {
          kind: "query",
          sql: "select jsonb_agg(jsonb_build_array(state, probe, after, answer))::text from odd",
          tables: ["public.odd"],
        },
      ],
    ]);
    await db.exec("create function f() returns int language sql security definer as 'delete from odd; select 1'");
    const [found] = await run([text("select f()::text", { probe: "odd" })], { probes });
    expect(found).toEqual({ kind: "answer", text: "1", changed: [{ before: '[["s", "p", "a", "b"]]', after: "" }] });
  });
});

describe("a probe of several parts", () => {
  const count = (table: string): Probe => ({
    kind: "query",
    // it raises an error once it is read: of a table that the statement changes, it has to be
    sql: `select (1 / (2 - count(*)))::text from ${table}`,
    tables: [`public.${table}`],
  });
  const probes = new Map<string, Probe>([
    ...rows,
    ["logs", { kind: "query", sql: "select jsonb_agg(id order by id)::text from log", tables: ["public.log"] }],
    ["never", count("two_rows")],
    ["all", { kind: "parts", parts: ["logs", "notes, of a known table", "never"] }],
  ]);
  beforeEach(async () => {
    await db.exec(`create table log (id int); insert into log values (7);
      create table two_rows as select * from generate_series(1, 2);
      create function logged() returns int language sql security definer as 'insert into log values (8); select 1';
      create function clears() returns int language sql security definer as 'insert into log values (8); delete from note where id = 2; select 1'`);
  });

  test("those whose tables were changed are read, and no others", async () => {
    expect(
      await run(
        [
          text("select logged()::text", { probe: "all" }),
          text("select clears()::text", { probe: "all" }),
          text("select '1'", { probe: "all" }),
        ],
        { probes },
      ),
    ).toEqual([
      { kind: "answer", text: "1", changed: [{ before: "[7]", after: "[7, 8]" }] },
      {
        kind: "answer",
        text: "1",
        changed: [
          { before: "[7]", after: "[7, 8]" },
          { before: "[1, 2]", after: "[1]" },
        ],
      },
      answer("1"),
    ]);
  });

  test("with a set-up, the rows that it left are the ones before", async () => {
    const setup = ["insert into log values (9)", "insert into note values (3, 'B')"];
    expect(await run([text("select clears()::text", { probe: "all", setup })], { probes })).toEqual([
      {
        kind: "answer",
        text: "1",
        changed: [
          { before: "[7, 9]", after: "[7, 8, 9]" },
          { before: "[1, 2, 3]", after: "[1, 3]" },
        ],
      },
    ]);
    // and they are gone for the next statement
    expect(await run([text("select logged()::text", { probe: "all" })], { probes, setup: [] })).toEqual([
      { kind: "answer", text: "1", changed: [{ before: "[7]", after: "[7, 8]" }] },
    ]);
  });

  test("without track_counts all are read", async () => {
    await db.exec("set local track_counts = off");
    expect(await run([text("select logged()::text", { probe: "all" })], { probes })).toMatchObject([
      { kind: "error", sqlstate: "22012", at: "probe" },
    ]);
  });
});

test("changes of a prelude that writes are not the statement's", async () => {
  const insert = "insert into note values (5, 'A')";
  const [counted] = await run([text("select '1'", { probe: "notes" })], { prelude: [insert], preludeWrites: true });
  expect(counted).toEqual(answer("1"));
  const [blamed] = await run([text("select '1'", { probe: "notes" })], { prelude: [insert] });
  expect(blamed).toEqual({ kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[1, 2, 5]" }] });
});

test("a role that may not execute set_config", async () => {
  // FUNCTION_PRIVILEGES of the manual: EXECUTE is PUBLIC's by default; SET asks for no such privilege
  await db.exec("revoke execute on function pg_catalog.set_config(text, text, boolean) from public");
  const removed: Response = { kind: "answer", text: "1", changed: [{ before: "[1, 2]", after: "[2]" }] };
  const statements = [
    count("delete from note", { probe: "notes" }),
    count("delete from note", { probe: "notes", setup: ["update note set org = 'A'"] }),
    text("select set_config('app.org', 'B', true)"),
  ];
  const both: Response = { kind: "answer", text: "2", changed: [{ before: "[1, 2]", after: "" }] };
  const refused = expect.objectContaining({ kind: "error", sqlstate: "42501", at: "statement" }) as Response;
  expect(await run(statements)).toEqual([removed, both, refused]);
  expect(await run(statements, { preludeWrites: true, prelude: ["select 1"] })).toEqual([removed, both, refused]);
});

test("a CALL answers with the values of its OUT and INOUT arguments", async () => {
  const setup = [
    "create procedure pg_temp.twice(inout n int, out told text) language sql as $$ select 2 * n, 'twice' $$",
  ];
  const call: Statement = { sql: "call pg_temp.twice(4, null)", returns: "row", probe: null, setup };
  expect(await run([call])).toEqual([answer('[{"n": 8, "told": "twice"}]')]);
});

test("an error brings its DETAIL and its HINT", async () => {
  const sql = "do $$ begin raise exception 'no' using detail = 'because', hint = 'ask again'; end $$";
  expect(await run([count(sql)])).toEqual([
    expect.objectContaining({ kind: "error", message: "no", detail: "because\nask again" }),
  ]);
});

test("an error says at which stage it was raised, and ends no other statement", async () => {
  const fails = {
    sqlstate: "22012",
    message: "division by zero",
    detail: "",
    inside: { kind: "statement" as const },
    constraint: null,
  };
  expect(
    await run([text("select (1 / 0)::text"), text("select 'fine'"), text("select ''", { setup: ["select 1 / 0"] })]),
  ).toEqual([{ kind: "error", ...fails, at: "statement" }, answer("fine"), { kind: "error", ...fails, at: "setup" }]);
  expect(await run([text("select ''")], { prelude: ["select 1 / 0"] })).toEqual([
    { kind: "error", ...fails, at: "prelude" },
  ]);
  const probes = new Map<string, Probe>([
    ["broken", { kind: "query", sql: "select (1 / (2 - count(*)))::text from note where org = 'A'", tables: null }],
  ]);
  const setup = ["insert into note values (6, 'A'), (7, 'A')"];
  // two rows of A make the divisor zero: that is their number once one of three is deleted
  expect(await run([count("delete from note where id = 6", { probe: "broken", setup })], { probes })).toEqual([
    { kind: "error", ...fails, at: "probe" },
  ]);
});

test("an error names the function that raised it, and the constraint", async () => {
  await db.exec(`
    create function halves(n int) returns int language plpgsql as 'begin return 1 / n; end';
    create function quarters(n int) returns int language sql volatile as 'select halves(n)';
    alter table note add constraint short check (length(org) < 3);
    grant insert on note to authenticated`);
  const inside = async (sql: string): Promise<unknown> => {
    const [response] = await run([text(sql)]);
    return response?.kind === "error" ? response.inside : response;
  };
  expect(await inside("select halves(0)::text")).toEqual({ kind: "function", name: "halves" });
  // the innermost one raised it
  expect(await inside("select quarters(0)::text")).toEqual({ kind: "function", name: "halves" });
  // the statement itself is wrong
  expect(await inside("select missing from note")).toEqual({ kind: "statement" });
  expect(await run([count("insert into note values (9, 'too long')")], { role: "postgres" })).toMatchObject([
    { sqlstate: "23514", constraint: "short" },
  ]);
});

test("statement_timeout ends the statement that is slow, and no other", async () => {
  await db.exec("set local statement_timeout = '2s'");
  const responses = await run([text("select 'before'"), text("select pg_sleep(600)::text"), text("select 'after'")]);
  expect(responses).toMatchObject([
    { text: "before" },
    { kind: "error", sqlstate: "57014", at: "statement" },
    { text: "after" },
  ]);
});

test("a statement whose probe does not exist is refused", async () => {
  await expect(run([text("select ''", { probe: "other" })])).rejects.toThrow("there is no probe for other");
});

test("dollar signs and quotes in a statement are its own", async () => {
  const given = "$job$ $rlsmith$ ' \" \\ $1";
  expect(await run([text(`select ${quoted(given)}`)])).toEqual([answer(given)]);
});

const quoted = (given: string): string => `'${given.replaceAll("'", "''")}'`;

test("each response is under the key of its statement, whatever the others raise", async () => {
  const statements = new Map([
    ["error", text("select 1 / 0")],
    ["two", text("select 2::text")],
    ["none", text("select 1::text where false")],
    ["three", text("select 3::text")],
  ]);
  const batch = {
    role: "authenticated",
    claims: null,
    setup: [],
    prelude: [],
    preludeWrites: false,
    probes: new Map(),
  };
  const responses = await runKeyed(db, batch, statements);
  expect([...responses.keys()]).toEqual([...statements.keys()]);
  expect(responses.get("error")).toMatchObject({ kind: "error", sqlstate: "22012" });
  expect(responses.get("two")).toMatchObject({ kind: "answer", text: "2" });
  expect(responses.get("none")).toMatchObject({ kind: "answer", text: null });
  expect(responses.get("three")).toMatchObject({ kind: "answer", text: "3" });
});
