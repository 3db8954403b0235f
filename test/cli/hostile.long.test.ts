import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";
import { FAILING_SQL, HOSTILE_FILES } from "../support/hostile-project.ts";
import { expectHarmless, hostile, PAYLOAD } from "../support/hostile.ts";

/** In an argument of a process there can be no NUL, and everything else. */
const ARGUMENT = hostile("x");

test.each<[string, string[], number]>([
  ["an unknown command", [ARGUMENT], 2],
  ["help for an unknown command", ["help", ARGUMENT], 2],
  ["an unknown flag", ["inspect", `--${ARGUMENT}`], 2],
  ["a value that is no choice", ["inspect", `--format=${ARGUMENT}`], 2],
  ["an argument too many", ["inspect", "examples/casino", ARGUMENT], 2],
  ["a folder that is not there", ["inspect", ARGUMENT], 2],
  ["a config that is not there", ["plan", "examples/casino", "--config", ARGUMENT], 2],
  ["a statement timeout", ["inspect", "--statement-timeout", ARGUMENT], 2],
  ["a catalog that is not there", ["prove", `${ARGUMENT}.json`, "examples/casino"], 2],
  ["a revision that is not there", ["prove", `git:${ARGUMENT}`, "examples/casino"], 2],
  ["a database URL", ["inspect", "--db", `postgres://${ARGUMENT}`], 2],
  ["the host of a URL", ["inspect", "--db", "postgres://a@h%1B%5B31m%0A%E2%9C%93%20held%0Db:1/x"], 4],
  [
    "the user and database of a URL",
    ["inspect", "--db", "postgres://u%1B%5B31m%0A%E2%9C%93%20held@127.0.0.1:1/d%E2%80%AE%C2%9B%0D%0A%E2%9C%93%20held"],
    4,
  ],
  ["keywords", ["inspect", "--db", `host='${ARGUMENT.replaceAll("'", "")}' port=1 dbname=x`], 4],
  [
    "a scratch server",
    ["inspect", "examples/casino", "--scratch", "postgres://u%1B%0A%E2%9C%93%20held@127.0.0.1:1/x"],
    4,
  ],
  ["a target", ["apply", "examples/casino", "--target", ARGUMENT], 2],
  ["groups", ["apply", "examples/casino", "--by", ARGUMENT], 2],
  ["an entry", ["rollback", "examples/casino", "--to", ARGUMENT], 2],
  ["a down file", ["rollback", "examples/casino", "--file", ARGUMENT], 2],
])("%s on the command line is data", async (_, args, code) => {
  const result = await rlsmith(args);
  expect([result.code, result.stdout]).toEqual([code, ""]);
  expectHarmless(result.stderr);
});

test.each<[string, string]>([
  ["an unknown key", `{ ${JSON.stringify(ARGUMENT)}: 1 }`],
  ["a key of a map", `{ context: { ${JSON.stringify(ARGUMENT)}: { claim: 1 } } }`],
  ["a value", `{ claims: ${JSON.stringify(ARGUMENT)} }`],
  ["a target", `{ targets: { ${JSON.stringify(ARGUMENT)}: { url: { env: "X" } } } }`],
  ["an error that it raises", `(() => { throw new Error(${JSON.stringify(ARGUMENT)}); })()`],
  ["a syntax error", `{ "a${PAYLOAD.replaceAll(/["'`\n]/g, "")}" = }`],
  [
    "a relation that is not there",
    `{ claimsSync: { relation: ${JSON.stringify(`public.${ARGUMENT}`)}, user: "u", claims: {} } }`,
  ],
])("%s of the config is data", async (_, config) => {
  const dir = project({
    "migrations/1.sql": "create table t (id int);",
    "rlsmith.config.ts": `export default ${config};`,
  });
  for (const command of ["plan", "claims"]) {
    const result = await rlsmith([command, dir]);
    expect([0, 1, 2, 4]).toContain(result.code);
    expectHarmless(result.stderr);
    expectHarmless(result.stdout);
  }
});

test.each([["inspect"], ["verify"]])(
  "%s: a failed migration, its message, its file and its extension are data",
  async (command) => {
    const dir = project({ ...HOSTILE_FILES, [`migrations/${hostile("2")}.sql`]: FAILING_SQL });
    const { code, stderr, stdout } = await rlsmith([command, dir, "--strict"]);
    expect([code, stdout]).toEqual([4, ""]);
    expectHarmless(stderr);
    if (command === "verify") return;
    const lenient = await rlsmith([command, dir]);
    expect(lenient.stderr).toMatch(/P0001 failed\\n/);
    expectHarmless(lenient.stderr);
    expectHarmless(lenient.stdout);
  },
);

test("init: the config that it writes is read again, and holds the name of the variable", async () => {
  const dir = project(HOSTILE_FILES);
  for (const flags of [[], ["--format", "json"]]) {
    const { code, stdout, stderr } = await rlsmith(["init", dir, "--yes", "--force", ...flags]);
    expect(code).toBe(0);
    expectHarmless(stdout);
    expectHarmless(stderr);
    const shown: unknown = flags.length > 0 ? JSON.parse(stdout) : hostile("app.org");
    expect(JSON.stringify(shown)).toContain(JSON.stringify(hostile("app.org")).slice(1, -1));
  }
  expectHarmless(readFileSync(join(dir, "rlsmith.config.ts"), "utf8"));
  const planned = await rlsmith(["plan", dir, "--no-rehearse", "--dry-run"]);
  expect([planned.code, planned.stderr]).toEqual([0, expect.not.stringContaining("error")]);
});
