import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { project } from "../support/cli.ts";
import { inThisProcess } from "../support/in-process.ts";
import { startServer, type TestServer } from "../support/server.ts";

// nothing listens on port 1: the message names the login, which proves that the URL was found, and no password
const URL = "postgres://someone:secret-word@127.0.0.1:1/x";
const FOUND = /cannot connect to `someone@127\.0\.0\.1:1\/x`/;

const dir = project({
  "migrations/001_note.sql": "create table note (id int); alter table note enable row level security;",
  "rlsmith.config.ts": `export default {
    migrations: { folder: "migrations", layout: "plain" },
    targets: { staging: { url: { env: "RLSMITH_TEST_URL" } } },
  };`,
});
const side = `${dir}/migrations`;

afterEach(() => vi.unstubAllEnvs());

async function errorOf(args: readonly string[]): Promise<{ code: string; message: string }> {
  const { stdout, stderr } = await inThisProcess([...args, "--format", "json"]);
  expect(stdout + stderr).not.toContain("secret-word");
  return (JSON.parse(stdout) as { error: { code: string; message: string } }).error;
}

/** Every place of a command line that names a database, with what comes before the name. */
const LIVE = ["inspect", "init", "plan", "rehearse", "verify", "claims"];
const PLACES: [string, (named: string) => string[]][] = [
  ...LIVE.flatMap((command): [string, (named: string) => string[]][] => [
    [
      `${command} --db`,
      (named) => [command, dir, "--force", "--db", named].filter((one) => command === "init" || one !== "--force"),
    ],
    [
      `${command} --scratch`,
      (named) => [command, dir, "--force", "--scratch", named].filter((one) => command === "init" || one !== "--force"),
    ],
  ]),
  ["prove, before", (named) => ["prove", named, side]],
  ["prove, after", (named) => ["prove", side, named]],
  ["prove --never", (named) => ["prove", named, "--never", "anonymous-access"]],
];

test.each(PLACES)("%s takes a URL, or the variable that holds it", async (_, args) => {
  expect((await errorOf(args(URL))).message).toMatch(FOUND);
  vi.stubEnv("RLSMITH_TEST_URL", URL);
  expect((await errorOf(args("env:RLSMITH_TEST_URL"))).message).toMatch(FOUND);
  vi.stubEnv("RLSMITH_TEST_URL", "");
  expect(await errorOf(args("env:RLSMITH_TEST_URL"))).toMatchObject({
    code: "NO_SUCH_VARIABLE",
    message: "env:RLSMITH_TEST_URL: the environment variable is empty",
  });
  vi.stubEnv("RLSMITH_TEST_URL", undefined);
  expect(await errorOf(args("env:RLSMITH_TEST_URL"))).toMatchObject({
    code: "NO_SUCH_VARIABLE",
    message: "env:RLSMITH_TEST_URL: the environment variable is not set",
  });
  // a value that is no connection string is not shown
  vi.stubEnv("RLSMITH_TEST_URL", "secret-word");
  expect((await errorOf(args("env:RLSMITH_TEST_URL"))).code).toBe("BAD_DATABASE_URL");
});

test.each([
  ...LIVE.map((command) => [command, dir, ...(command === "init" ? ["--force"] : []), "--target"]),
  ...["rollback", "history"].map((command) => [command, dir, "--target"]),
])("%s takes a target of the config", async (...args) => {
  vi.stubEnv("RLSMITH_TEST_URL", URL);
  expect((await errorOf([...args, "staging"])).message).toMatch(FOUND);
  expect((await errorOf([...args, "nowhere"])).code).toBe("NO_SUCH_TARGET");
  vi.stubEnv("RLSMITH_TEST_URL", "");
  expect((await errorOf([...args, "staging"])).code).toBe("NO_TARGET_URL");
});

test("a target is no server for scratch databases, and --target no second --db", async () => {
  expect((await errorOf(["inspect", dir, "--scratch", "target:staging"])).code).toBe("BAD_DATABASE_URL");
  expect((await errorOf(["inspect", dir, "--db", URL, "--target", "staging"])).code).toBe("BAD_COMMAND_LINE");
});

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server?.stop());

test("with a server, the database is read", async () => {
  vi.stubEnv("RLSMITH_TEST_URL", server.url);
  for (const named of [
    ["--db", server.url],
    ["--db", "env:RLSMITH_TEST_URL"],
    ["--target", "staging"],
  ]) {
    const run = await inThisProcess(["inspect", dir, "--format", "json", ...named]);
    expect(run.code, run.stderr).toBe(0);
    // the catalog of a server that nobody has used, and no platform was assumed for it
    expect(JSON.parse(run.stdout)).toMatchObject({ format: "rlsmith-inspect", policies: [], platform: null });
  }
  const cwd = vi.spyOn(process, "cwd").mockReturnValue(dir);
  try {
    const run = await inThisProcess(["prove", "env:RLSMITH_TEST_URL", "target:staging", "--format", "json"]);
    expect(run.code, run.stderr).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      before: "env:RLSMITH_TEST_URL",
      after: "target:staging",
      verdicts: [],
    });
  } finally {
    cwd.mockRestore();
  }
});
