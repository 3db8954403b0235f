import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { jsonWriter } from "../../src/report/verify-json.ts";
import { project, rlsmith } from "../support/cli.ts";
import { inThisProcess } from "../support/in-process.ts";

const URL = "postgres://deployer:secret-word@127.0.0.1:1/x";

const empty = project({ "README.md": "" });
const broken = project({ "rlsmith.config.ts": "export default { contxt: {} };" });
const targets = project({
  "rlsmith.config.ts": `export default { targets: { staging: { url: { env: "STAGING_URL" } } } };`,
});

interface Failed {
  format: string;
  formatVersion: number;
  error: { code: string; kind: string; message: string; list: string[]; hint: string; docs: string };
  [found: string]: unknown;
}

/** Commander and rlsmith say the same on stderr; the exit code is that of text. */
test.each<[string, string[], number, string, RegExp]>([
  [
    "an unknown option before the format",
    ["inspect", "--databse", "x", "--format", "json"],
    2,
    "BAD_COMMAND_LINE",
    /--databse/,
  ],
  ["an unknown option after it", ["plan", "--format=json", "--dry-runn"], 2, "BAD_COMMAND_LINE", /--dry-runn/],
  ["a missing option", ["approve", "--format", "json"], 2, "BAD_COMMAND_LINE", /--as/],
  ["an option without its value", ["inspect", "--format", "json", "--db"], 2, "BAD_COMMAND_LINE", /--db/],
  ["too many arguments", ["history", ".", "b", "--format", "json"], 2, "BAD_COMMAND_LINE", /arguments/],
  ["an unknown command", ["inspct", "--format", "json"], 2, "BAD_COMMAND_LINE", /inspct/],
  ["a value that is refused", ["inspect", "--layout", "x", "--format", "json"], 2, "BAD_COMMAND_LINE", /--layout/],
  ["a value with a line break", ["inspect", "--layout", "a\nb", "--format", "json"], 2, "BAD_COMMAND_LINE", /a\\nb/],
  ["a command without a format", ["demo", "--format", "json"], 2, "BAD_COMMAND_LINE", /--format/],
  [
    "options that exclude one another",
    ["verify", "--emit", "pgtap", "--mutants", "--format", "json"],
    2,
    "BAD_COMMAND_LINE",
    /--mutants/,
  ],
  ["no such folder", ["inspect", "/no/such/folder", "--format", "json"], 2, "NO_SUCH_FOLDER", /`\/no\/such\/folder`/],
  ["no migrations", ["init", empty, "--format", "json"], 2, "NO_MIGRATIONS", /migrations/],
  ["a config that is not valid", ["plan", broken, "--format", "json"], 2, "INVALID_CONFIG", /contxt/],
  [
    "a server that is not there",
    ["verify", empty, "--db", URL, "--format", "json"],
    4,
    "DATABASE_UNREACHABLE",
    /deployer@/,
  ],
  ["a URL where a folder belongs", ["claims", URL, "--format", "json"], 2, "NO_SUCH_FOLDER", /deployer@/],
  [
    "a URL that is not valid",
    ["rehearse", empty, "--db", `${URL}?secret=1&password=secret-word`, "--format", "json"],
    2,
    "UNSUPPORTED_CONNECTION_PARAMETER",
    /`secret`/,
  ],
  ["no side", ["prove", "--format", "json"], 2, "NO_SIDES", /compare/],
  [
    "a side that does not exist",
    ["prove", URL.replace("postgres:", "postgrs:"), "--format", "json"],
    2,
    "NO_SUCH_SIDE",
    /deployer@/,
  ],
  ["no target", ["apply", empty, "--format", "json"], 2, "WHICH_TARGET", /target/],
  ["a variable that is not set", ["history", targets, "--format", "json"], 4, "NO_TARGET_URL", /`STAGING_URL`/],
  [
    "flags that contradict",
    ["rollback", targets, "--reason", "x", "--format", "json"],
    2,
    "REASON_FOR_NOTHING",
    /--reason/,
  ],
])("%s", async (_, args, code, error, message) => {
  const done = await inThisProcess(args);
  expect([done.code, done.stdout, done.stderr]).toEqual([
    code,
    expect.stringMatching(/^\{[^]*\}\n$/),
    expect.anything(),
  ]);
  const printed = JSON.parse(done.stdout) as Failed;
  expect(printed).toEqual({
    format: "rlsmith-error",
    formatVersion: 1,
    error: {
      code: error,
      kind: code === 4 ? "environment" : error === "INVALID_CONFIG" ? "config" : "usage",
      message: expect.stringMatching(message),
      list: expect.any(Array),
      hint: expect.stringMatching(/./),
      docs: `docs/errors/${error}.md`,
    },
  });
  expect(done.stdout + done.stderr).not.toContain("secret-word");
  expect(readFileSync(printed.error.docs, "utf8")).toContain(`# ${error}\n`);
  // the same words as in text mode, for people
  expect(done.stderr).toContain(printed.error.message);
});

test("a suggestion of the parser is in the hint", async () => {
  const { stdout } = await inThisProcess(["plan", "--dry-runn", "--format", "json"]);
  expect((JSON.parse(stdout) as Failed).error.hint).toMatch(/Did you mean --dry-run\?/);
});

test("without JSON, or with another format last, stdout stays empty", async () => {
  for (const args of [
    ["--format", "terminal"],
    ["--format", "json", "--format", "terminal"],
    ["--", "--format", "json"],
  ])
    expect(await inThisProcess(["inspect", "--layout", "x", ...args])).toMatchObject({ code: 2, stdout: "" });
});

test("a bug of rlsmith is an error with a code", async () => {
  // a folder below a file cannot be made
  const args = ["prove", empty, "--emit-smt2", join(empty, "README.md", "x"), "--format", "json"];
  const done = await inThisProcess(args);
  expect(done.code, done.stdout).toBe(70);
  expect(JSON.parse(done.stdout)).toMatchObject({ error: { code: "INTERNAL_ERROR", kind: "bug" } });
});

test("a plan that cannot be made is in the object of the error", async () => {
  const dir = project({
    "supabase/migrations/20250101000000_docs.sql": `create table docs (id uuid primary key, org_id uuid not null);
      alter table docs enable row level security;
      create policy own on docs for select to authenticated using (org_id = nullif(current_setting('app.org_id', true), '')::uuid);`,
    "rlsmith.config.ts": `export default { context: { "app.org_id": { claim: "app_metadata.org_id", type: "uuid" } } };`,
  });
  const done = await rlsmith(["plan", dir, "--format", "json"]);
  expect(done.code, done.stdout).toBe(3);
  const { format, error, plan } = JSON.parse(done.stdout) as Failed & { plan: { open: unknown[] } };
  expect([format, error.code, plan.open.length]).toEqual(["rlsmith-error", "OPEN_DECISIONS", 1]);
});

test("an object that was begun is completed by the error", () => {
  const text = (cells: number): unknown => {
    let written = "";
    const writer = jsonWriter((piece) => (written += piece));
    for (let n = 0; n < cells; n += 1) writer.cell({ n } as never);
    writer.close({ format: "rlsmith-error", error: {} });
    return JSON.parse(written);
  };
  expect(text(0)).toEqual({ cells: [], format: "rlsmith-error", error: {} });
  expect(text(2)).toEqual({ cells: [{ n: 0 }, { n: 1 }], format: "rlsmith-error", error: {} });
});
