import { expect, test } from "vitest";
import { project, rlsmith } from "../support/cli.ts";

/** Every character that may act on a terminal, a viewer or an editor; line feeds and tabs separate. */
const ACTING = /[^\P{Cc}\n\t]|[\u200E\u200F\u061C\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;

const FORGED = "✓ 0 breaches, all held";
const name = `"t\u001B]0;owned\u0007\u202Egnp\n${FORGED}\u009B2J<b>|"`;

const FILES = {
  "migrations/1.sql": `create role app_user;
    create table ${name} (id int primary key, org uuid);
    comment on table ${name} is E'\\x1b]52;c;cm0gLXJmIC8=\\x07\\n${FORGED}';
    alter table ${name} enable row level security;
    create policy ${name} on ${name} to app_user using (true);
    comment on policy ${name} on ${name} is E'\\x1b[2J\\n${FORGED}';
    grant select on ${name} to app_user;
    select * from ${name} where missing = 1;`,
};

test.each([
  ["inspect"],
  ["inspect", "--format", "json"],
  ["verify"],
  ["verify", "--format", "markdown"],
  ["verify", "--format", "junit"],
  ["claims", "--format", "markdown"],
])("%s %s %s: names, comments and messages of a database are data", async (command, ...flags) => {
  const { stdout, stderr, code } = await rlsmith([command ?? "", project(FILES), ...flags]);
  expect([0, 1, 3]).toContain(code);
  for (const text of [stdout, stderr]) {
    expect(text).not.toMatch(ACTING);
    expect(text.split("\n").filter((line) => line.startsWith(FORGED))).toEqual([]);
  }
  const values: unknown = flags.includes("json") ? JSON.parse(stdout) : [FORGED];
  expect(JSON.stringify(values)).toContain(FORGED);
});
