import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openEmbedded } from "../../src/db/pglite.ts";
import { pgErrorOf, type Db } from "../../src/db/port.ts";
import { describeUrl, openServer } from "../../src/db/server.ts";
import { startServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let native: Db;
let embedded: Db;
beforeAll(async () => {
  server = await startServer(15);
  native = await openServer(server.url);
  embedded = await openEmbedded();
});
afterAll(async () => {
  await native.close();
  await embedded.close();
  await server.stop();
});

// the port's promise: int8 and numeric as strings, arrays and json parsed
const values: [sql: string, expected: unknown][] = [
  ["9007199254740993::int8", "9007199254740993"],
  ["array[9007199254740993, null, -1]::int8[]", ["9007199254740993", null, "-1"]],
  ["array[array[1, 2]]::int8[]", [["1", "2"]]],
  ["'{}'::int8[]", []],
  ["1.50::numeric", "1.50"],
  ["array[1.50]::numeric[]", ["1.50"]],
  ["7::int4", 7],
  ["array[7, null]::int4[]", [7, null]],
  ["array['a', 'b,c']::name[]", ["a", "b,c"]],
  [`array['a']::"char"[]`, ["a"]],
  ["array['pg_class']::regclass[]", ["pg_class"]],
  ["array[null, 'a']::text[]", [null, "a"]],
  ["array['10000000-0000-4000-8000-000000000001']::uuid[]", ["10000000-0000-4000-8000-000000000001"]],
  [`'{"a": [1]}'::jsonb`, { a: [1] }],
  [
    `'{"id": 1234567890123456789, "n": [9007199254740991, 9007199254740993, 1.5], "t": "x 1234567890123456789 \\" 1"}'::jsonb`,
    { id: "1234567890123456789", n: [9007199254740991, "9007199254740993", 1.5], t: 'x 1234567890123456789 " 1' },
  ],
  [`'{"id": -1234567890123456789}'::json`, { id: "-1234567890123456789" }],
  [`array['{"a": 1}']::jsonb[]`, [{ a: 1 }]],
  ["true", true],
  ["null::text", null],
];

describe.each(["embedded", "native"] as const)("%s", (which) => {
  const db = (): Db => (which === "embedded" ? embedded : native);

  test.each(values)("%s", async (sql, expected) => {
    expect(await db().query(`select ${sql} as v`)).toEqual([{ v: expected }]);
  });

  test("an error of Postgres has its parts", async () => {
    const error = await db()
      .query("select 1 + \n nothing")
      .catch((thrown: unknown) => pgErrorOf(thrown));
    expect(error).toEqual({
      sqlstate: "42703",
      message: 'column "nothing" does not exist',
      detail: null,
      hint: null,
      position: 14,
    });
  });
});

test("an error of the operating system is not one of PostgreSQL, even if its code looks like an SQLSTATE", () => {
  expect(pgErrorOf(Object.assign(new Error("broken pipe"), { code: "EPIPE" }))).toBeNull();
});

const changed = (change: (url: URL) => void): string => {
  const url = new URL(server.url);
  change(url);
  return url.toString();
};

test.each([
  ["a wrong password", (url: URL) => (url.password = "s3cret-never-told"), "LOGIN_REFUSED"],
  ["no such database", (url: URL) => (url.pathname = "/nothing"), "NO_SUCH_DATABASE"],
  ["nobody listens", (url: URL) => (url.port = "1"), "DATABASE_UNREACHABLE"],
  [
    "TLS is asked for and the server has none",
    (url: URL) => url.searchParams.set("sslmode", "require"),
    "DATABASE_UNREACHABLE",
  ],
  [
    "a file that is not there",
    (url: URL) => url.searchParams.set("sslrootcert", "/no/such/file"),
    "DATABASE_UNREACHABLE",
  ],
])("%s", async (_, change, code) => {
  const error: unknown = await openServer(changed(change)).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ kind: "environment", code });
  expect(JSON.stringify([(error as Error).message, (error as Error & { hint: string }).hint])).not.toMatch(
    /s3cret|test-pw/,
  );
});

test.each([
  ["no password", (url: URL) => (url.password = ""), /asks for a password.*none is given/, /PGPASSWORD/],
  ["a wrong password", (url: URL) => (url.password = "x"), /refused the login/, /check user and password/],
  ["no TLS", (url: URL) => url.searchParams.set("sslmode", "require"), /SSL/, /has no TLS/],
  ["no file", (url: URL) => url.searchParams.set("sslrootcert", "/no/such/file"), /ENOENT/, /files that sslrootcert/],
  ["no server", (url: URL) => (url.port = "1"), /ECONNREFUSED/, /check host and port/],
])("the hint names the cause: %s", async (_, change, message, hint) => {
  await expect(openServer(changed(change))).rejects.toMatchObject({
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test.each(["disable", "allow", "prefer"])("sslmode=%s goes without TLS where the server has none", async (mode) => {
  const db = await openServer(changed((url) => url.searchParams.set("sslmode", mode)));
  expect(await db.query("select 1 as v")).toEqual([{ v: 1 }]);
  await db.close();
});

test.each(["nonsense", "mysql://u:p@host/db", "postgres://u:p%zz@host/db", "host"])(
  "%s is no URL of a database",
  (url) => {
    expect(() => describeUrl(url)).toThrow(expect.objectContaining({ code: "BAD_DATABASE_URL" }));
  },
);

test("a connection that is cut is reported as lost", async () => {
  const db = await openServer(server.url);
  const [row] = await db.query<{ pid: number }>("select pg_backend_pid() as pid");
  const cut = db.exec("select pg_sleep(20)").catch((thrown: unknown) => thrown);
  await new Promise((done) => setTimeout(done, 100));
  await native.query("select pg_terminate_backend($1)", [row?.pid]);
  expect(await cut).toMatchObject({ kind: "environment", code: "CONNECTION_LOST" });
  await expect(db.query("select 1")).rejects.toMatchObject({ code: "CONNECTION_LOST" });
  await db.close();
});
