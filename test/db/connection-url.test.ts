import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectionUrl } from "../../src/db/connection-url.ts";
import { describeUrl, openServer } from "../../src/db/server.ts";
import { startServer, type TestServer } from "../support/server.ts";

const me = userInfo().username;

describe("the parameters of a string, as in the manual, 32.1", () => {
  test.each([
    ["postgres://u:p@h:5433/d", "postgres://u:p@h:5433/d"],
    ["  postgresql://u@h/d\n", "postgres://u@h:5432/d"],
    ["postgres://h", `postgres://${me}@h:5432/${me}`],
    ["postgres://u@h", "postgres://u@h:5432/u"],
    ["postgres:///d?host=/tmp&port=5433&user=u", "postgres://u@%2Ftmp:5433/d"],
    ["postgres://u@%2Ftmp/d", "postgres://u@%2Ftmp:5432/d"],
    ["postgres://u@/d?host=h", "postgres://u@h:5432/d"],
    ["postgres://[::1]:5433/d?user=u", "postgres://u@[::1]:5433/d"],
    ["postgres://u@h/d?dbname=e&password=x%20y", "postgres://u:x%20y@h:5432/e"],
    ["postgres://u@h/d?ssl=true", "postgres://u@h:5432/d?sslmode=require"],
    ["postgres://u@h/a+b%2Fc", "postgres://u@h:5432/a%2Bb%2Fc"],
    [
      "postgres://u@h/d?options=-c%20a.b%3D1&connect_timeout=3",
      "postgres://u@h:5432/d?options=-c%20a.b%3D1&connect_timeout=3",
    ],
    ["postgres://u@h/d?target_session_attrs=any&client_encoding=UTF8&keepalives=1", "postgres://u@h:5432/d"],
    ["postgres://u@h/d?sslrootcert=system", "postgres://u@h:5432/d?sslmode=verify-full"],
    ["host=h port=5433 dbname=d user=u password=p", "postgres://u:p@h:5433/d"],
    [String.raw`host = '/tmp' dbname='it\'s' user=u password = a\ b`, "postgres://u:a%20b@%2Ftmp:5432/it's"],
    ["host=h hostaddr=127.0.0.1 user=u dbname=d", "postgres://u@127.0.0.1:5432/d"],
    ["host=h user=u dbname=d password=''", "postgres://u@h:5432/d"],
  ])("%s", (text, url) => {
    expect(connectionUrl(text, {})).toBe(url);
    expect(connectionUrl(url, {})).toBe(url);
  });

  test("the environment supplies what the string leaves out, a service takes precedence over it", () => {
    const file = join(mkdtempSync(join(tmpdir(), "rlsmith-test-")), "services");
    writeFileSync(file, "# ours\n[one]\nhost=h1\ndbname=d1\n[two]\nhost = h2\nport=7\nuser=u2\n");
    const env = { PGHOST: "eh", PGUSER: "eu", PGDATABASE: "ed", PGPASSWORD: "ep", PGPORT: "9", PGSSLMODE: "require" };
    expect(connectionUrl("postgres://", env)).toBe("postgres://eu:ep@eh:9/ed?sslmode=require");
    expect(connectionUrl("postgres://u@h/d?sslmode=disable", env)).toBe("postgres://u:ep@h:9/d?sslmode=disable");
    const services = { ...env, PGSERVICEFILE: file };
    expect(connectionUrl("service=one", services)).toBe("postgres://eu:ep@h1:9/d1?sslmode=require");
    expect(connectionUrl("postgres:///x?service=two", services)).toBe("postgres://u2:ep@h2:7/x?sslmode=require");
    expect(connectionUrl("port=8", { PGSERVICE: "two", PGSERVICEFILE: file })).toBe("postgres://u2@h2:8/u2");
    expect(() => connectionUrl("service=three", services)).toThrow(
      expect.objectContaining({ code: "NO_SUCH_SERVICE" }),
    );
  });
});

describe("nothing is ignored in silence", () => {
  test.each([
    ["postgres://u@h/d?target_session_attrs=read-write", {}, "`target_session_attrs`"],
    ["postgres://u@h/d?pgbouncer=true", {}, "`pgbouncer`"],
    ["postgres://u@h/d?schema=app", {}, "`schema`"],
    ["host=h passfile=/x", {}, "`passfile`"],
    ["host=h channel_binding=require", {}, "`channel_binding`"],
    ["host=h", { PGREQUIREAUTH: "scram-sha-256" }, "`PGREQUIREAUTH`"],
    ["postgres://u@a,b/d", {}, "`host`"],
    ["postgres://u@a:1,b:2/d", {}, "`host`"],
    ["host=h hostaddr=127.0.0.1 sslmode=verify-full", {}, "`hostaddr`"],
    ["host=h nonsense=1", {}, "`nonsense`"],
    ["postgres://u@h/d?sslmode=required", {}, "`sslmode` is not supported with the value `required`"],
    ["host=h", { PGSSLMODE: "yes" }, "`PGSSLMODE` is not supported with the value `yes`"],
    ["host=h sslnegotiation=tls", {}, "`sslnegotiation`"],
    ["host=h connect_timeout=soon", {}, "`connect_timeout`"],
    ["host=h port=none", {}, "`port`"],
    ["host=h uselibpqcompat=false", {}, "`uselibpqcompat`"],
    ["host=h sslmode=verify-ca", {}, "`sslmode=verify-ca` needs the certificate"],
    ["host=h sslnegotiation=direct", {}, "`sslnegotiation=direct` cannot be used with `sslmode=prefer`"],
  ])("%s is refused by name", (text, env, name) => {
    expect(() => connectionUrl(text, env)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_CONNECTION_PARAMETER", message: expect.stringContaining(name) }),
    );
  });
  test.each([
    "postgres://u:secret/word@h/d",
    "postgres://u:secret#word@h/d",
    "postgres://u:secret?word@h/d",
    "postgres://u:secret@word@h/d",
    "postgres://u:secret%zz@h/d",
    "postgres://u:secret@h:port/d",
    "postgres://u@h/d?password",
    "host=h password='secret",
    "host=h secret",
    "secret",
    "",
  ])("%s cannot be read, and the message holds nothing of it", (text) => {
    let error: unknown = null;
    try {
      describeUrl(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "BAD_DATABASE_URL" });
    expect(String((error as Error).message)).not.toMatch(/secret|word@|%zz/);
  });
});

const PSQL = "/usr/lib/postgresql/15/bin/psql";

describe("as psql connects", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(15);
    const admin = await openServer(server.url);
    await admin.exec(`create role "u ser" login password 'p w'`);
    await admin.exec(`create database "d b" owner "u ser"`);
    await admin.close();
  });
  afterAll(async () => server.stop());

  const port = (): string => new URL(server.url).port;
  const WHO =
    "select current_user || '|' || current_database() || '|' || coalesce(host(inet_server_addr()), 'socket') as who";

  test.each([
    ["a URI", () => `postgres://u%20ser:p%20w@127.0.0.1:${port()}/d%20b`, "u ser|d b|127.0.0.1"],
    ["keywords", () => `host=127.0.0.1 port=${port()} user='u ser' password='p w' dbname='d b'`, "u ser|d b|127.0.0.1"],
    ["a socket", () => `postgres:///d%20b?host=/tmp&port=${port()}&user=u%20ser&password=p%20w`, "u ser|d b|socket"],
    [
      "a host that is an address",
      () => `host=nowhere.invalid hostaddr=127.0.0.1 port=${port()} user=postgres password=test-pw`,
      "postgres|postgres|127.0.0.1",
    ],
  ])("%s", async (_, text, who) => {
    const db = await openServer(text());
    const [row] = await db.query<{ who: string }>(WHO);
    await db.close();
    expect(row?.who).toBe(who);
    const psql = existsSync(PSQL) ? execFileSync(PSQL, [text(), "-AtXc", WHO], { encoding: "utf8" }).trim() : who;
    expect(psql).toBe(who);
  });
});
