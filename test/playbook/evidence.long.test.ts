import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { project, rlsmith, runProgram, type CliResult } from "../support/cli.ts";
import { startServer, type TestServer } from "../support/server.ts";

// The commands of the playbook on a plain PostgreSQL with two targets, each as a process: what they settle is evidence,
// and `status` tells what has become of it on the targets.

const SQL = `
create table public.note (id uuid primary key default gen_random_uuid(), org_id uuid not null);
alter table public.note enable row level security;
create policy note_org on public.note to app using (org_id = coalesce(nullif(current_setting('app.org_id', true), ''),
  nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'org_id')::uuid);
grant select, insert, update, delete on public.note to app;`;

const CONFIG = `import { defineConfig } from "rlsmith";
export default defineConfig({
  migrations: { folder: "migrations" },
  claims: "request.jwt.claims",
  requests: { claims: "sent", reason: "the gateway sets them" },
  context: { "app.org_id": { claim: "org_id", type: "uuid" } },
  targets: {
    production: { url: { env: "PRODUCTION_URL" }, after: { target: "staging", hours: 0, gate: false, reason: "no traffic here" }, requireApprovals: 1 },
    staging: { url: { env: "STAGING_URL" } },
  },
});
`;

let server: TestServer;
let dir: string;
let env: NodeJS.ProcessEnv;

const urlOf = (database: string): string => server.url.replace(/postgres$/, database);

async function exec(database: string, sql: string): Promise<void> {
  const db = await openServer(urlOf(database));
  try {
    await db.exec(sql);
  } finally {
    await db.close();
  }
}

beforeAll(async () => {
  server = await startServer(15);
  await exec("postgres", "create role app nologin");
  for (const name of ["staging", "production"]) {
    await exec("postgres", `create database ${name}`);
    await exec(name, SQL);
  }
  dir = project({
    "migrations/001_init.sql": `do $$ begin create role app nologin; exception when duplicate_object then null; end $$; ${SQL}`,
    "rlsmith.config.ts": CONFIG,
  });
  await git("init", "-q", ".");
  await git("config", "user.name", "Ada");
  await git("config", "user.email", "ada@example.org");
  env = { STAGING_URL: urlOf("staging"), PRODUCTION_URL: urlOf("production") };
}, 120_000);
afterAll(async () => server.stop());

const git = async (...args: string[]): Promise<CliResult> =>
  runProgram("git", args, { cwd: dir, env: { PATH: process.env["PATH"] } });

const run = async (...args: string[]): Promise<CliResult> => rlsmith(args, { cwd: dir, env });

const lines = (): string[] => readFileSync(join(dir, ".rlsmith/evidence.jsonl"), "utf8").trimEnd().split("\n");

async function states(...flags: string[]): Promise<Record<string, string>> {
  const { stdout } = await run("status", "--format", "json", ...flags);
  const { steps } = JSON.parse(stdout) as { steps: { id: string; state: { kind: string } }[] };
  return Object.fromEntries(steps.map(({ id, state }) => [id, state.kind]));
}

const waived = async (step: string): Promise<CliResult> =>
  run("attest", step, "--as", "DBA", "--note", "no users in this test", "--waive");

test("what the commands settle is done, and what happens on a target shows", async () => {
  const shown = await run("plan");
  expect(shown.code, shown.stderr).toBe(0);
  expect(await states()).toMatchObject({ plan: "done", proof: "done", rehearsal: "done" });
  expect((await run("verify")).code).toBe(0);
  for (const step of ["claims-sync", "claims-filled", "impact:staging", "impact:production"]) await waived(step);
  expect(await states()).toMatchObject({ "local-run": "done", "impact:staging": "waived", "apply:staging": "next" });

  // a dry run is no evidence
  const before = lines().length;
  expect((await run("apply", "--target", "staging", "--dry-run")).code).toBe(0);
  expect(lines()).toHaveLength(before);

  const applied = await run("apply", "--target", "staging");
  expect(applied.code, applied.stderr).toBe(0);
  expect((await run("approve", "--as", "DBA")).code).toBe(0);
  expect(await states("--live")).toMatchObject({
    "apply:staging": "done",
    "watch:staging": "next",
    "approval:production": "done",
    "apply:production": "blocked",
  });
  expect((await run("status", "--check", "apply:staging")).code).toBe(0);
  expect((await run("status", "--check", "apply:production")).code).toBe(3);

  // somebody changes the policy by hand: only the target knows
  await exec("staging", "alter policy note_org on public.note using (true)");
  expect((await states())["apply:staging"]).toBe("done");
  expect((await states("--live"))["apply:staging"]).toBe("stale");
  expect((await run("status", "--live", "--check", "apply:staging")).code).toBe(1);

  const back = await run("rollback", "--target", "staging", "--force", "--reason", "drift");
  expect(back.code, back.stderr).toBe(0);
  expect((await states())["apply:staging"]).toBe("stale");

  // no value of a connection in the file
  expect(lines().join("\n")).not.toContain("postgres://");
  const sound = await run("evidence", "verify");
  expect([sound.code, sound.stdout]).toMatchObject([0, expect.stringContaining("sound")]);
}, 600_000);

test("two branches of git come together by a command", async () => {
  await git("add", "-A");
  await git("commit", "-qm", "base");
  await git("switch", "-qc", "other");
  await run("attest", "training", "--as", "EM", "--note", "on the other branch");
  await git("commit", "-qam", "other");
  await git("switch", "-q", "-");
  await run("attest", "capacity", "--as", "EM", "--note", "on this branch");
  await git("commit", "-qam", "this");
  expect((await git("merge", "other")).code).not.toBe(0);
  const refused = await run("attest", "post-mortem", "--as", "EM", "--note", "nothing learned");
  expect([refused.code, refused.stderr]).toMatchObject([4, expect.stringContaining("EVIDENCE_CONFLICT")]);
  const merged = await run("evidence", "merge");
  expect(merged.code, merged.stderr).toBe(0);
  expect((await run("evidence", "verify")).code).toBe(0);
  const both = await states();
  expect([both["capacity"], both["post-mortem"]]).toEqual(["done", "blocked"]);
  expect(lines().filter((one) => one.includes("branch"))).toHaveLength(2);
}, 120_000);

test("a file that was edited settles nothing by that line", async () => {
  const path = join(dir, ".rlsmith/evidence.jsonl");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("on this branch", "on this  branch"));
  expect((await states())["capacity"]).toBe("next");
  expect((await run("status")).code).toBe(1);
  writeFileSync(path, text);
}, 60_000);
