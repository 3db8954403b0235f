import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { project, rlsmith } from "../support/cli.ts";
import type { Cluster } from "./cluster.ts";
import { withClient } from "./with-client.ts";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

/** The schema of the fixture's project: three relations, six policies. */
export const SCHEMA = read("./fixture.sql");

/** The tenants of the fixture's rows, and how many rows each has in each relation from the start. */
export const TENANTS = [1, 2, 3, 4].map((n) => `0000000${n}-0000-4000-8000-000000000000`);
export const KNOWN_ROWS = 20;
export const RELATIONS = ["customer", "invoice", "note"] as const;

const CONFIG = `export default {
  migrations: { folder: "migrations", layout: "plain" },
  context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
  targets: { staging: { url: { env: "STAGING_URL" } } },
};
`;

export interface Fixture {
  dir: string;
  /** the files of the migration and of its way back */
  up: string;
  down: string;
}

export interface FixtureOptions {
  /** whether the config names the target `staging`, whose URL is in STAGING_URL */
  targets?: boolean;
  /** whether the plan is rehearsed before it is written, which takes some seconds */
  rehearse?: boolean;
}

/** A project folder with a plan that `rlsmith plan` made. */
export async function makeFixture({ targets = true, rehearse = true }: FixtureOptions = {}): Promise<Fixture> {
  const config = targets ? CONFIG : CONFIG.replace(/^ {2}targets.*\n/m, "");
  const dir = project({ "migrations/001_init.sql": SCHEMA, "rlsmith.config.ts": config });
  const made = await rlsmith(["plan", dir, ...(rehearse ? [] : ["--no-rehearse"])]);
  if (made.code !== 0) throw new Error(`rlsmith plan: exit ${made.code}\n${made.stdout}\n${made.stderr}`);
  const { files } = JSON.parse(readFileSync(join(dir, ".rlsmith", "plan.json"), "utf8")) as {
    files: { up: string; down: string };
  };
  return { dir, up: join(dir, files.up), down: join(dir, files.down) };
}

/**
 * A database in the state before the migration, with rows, to be copied by `create database … template`. The cluster gets
 * the logins `deployer` (owns the relations; no superuser) and `app` (may become `authenticated`).
 */
export async function makeTemplate(cluster: Cluster, name: string): Promise<void> {
  await withClient(cluster.url("postgres"), async (client) => {
    await client.query(`create database ${name}`);
  });
  await withClient(cluster.url(name), async (client) => {
    for (const sql of [BOOTSTRAP, SCHEMA, read("./fixture-rows.sql"), read("./fixture-login.sql")])
      await client.query(sql);
  });
}

/** A query for the policies, to compare states by: equal text where they are equal. */
export const POLICIES = read("./policies.sql");
