import { mkdtempSync, chmodSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { loadConfig } from "../../src/config.ts";
import { readPlan, type Plan } from "../../src/plan/index.ts";
import { SILENT_TALK } from "../../src/pipeline/apply-database.ts";
import { applyToTarget } from "../../src/pipeline/apply.ts";
import type { OnTarget } from "../../src/pipeline/target.ts";
import { takeSample, watchTarget, type Taken } from "../../src/pipeline/watch.ts";
import { startCluster, type Cluster } from "../faults/cluster.ts";
import { makeFixture, makeTemplate, TENANTS } from "../faults/fixture.ts";
import { withClient } from "../faults/with-client.ts";
import { copyOf } from "../support/work-tree.ts";

/** A server that writes a log and counts statements, and a project whose plan is applied to databases of it. */
export interface Watching {
  cluster: Cluster;
  log: string;
  /**
   * A new database in the state before the plan. `logOfTarget`: another log than the file, as in the config; `more`:
   * further settings of its target.
   */
  database(name: string, logOfTarget?: object, more?: string): Promise<Watched>;
  stop(): Promise<void>;
}

/** One database. */
export interface Watched {
  on: OnTarget;
  plan: Plan;
  /** as the superuser */
  exec(sql: string): Promise<unknown>;
  /** requests of every tenant: each reads, updates, inserts and deletes in each relation, `times` times */
  load(options?: Load): Promise<Outcomes>;
  apply(): Promise<void>;
  sample(): Promise<Taken>;
}

export interface Load {
  times?: number;
  /** the payload of the token of a tenant; default: its tenant_id in app_metadata */
  claims?: (tenant: string) => object;
  tenants?: readonly string[];
  relations?: readonly string[];
  /** another login, and the role that it becomes */
  url?: string;
  role?: string;
}

/** SQLSTATE → how often; `ok`: without an error. */
export type Outcomes = Record<string, number>;

export const RELATIONS = ["customer", "invoice", "note"] as const;

const GATE = `gate: { hours: 0, gapMinutes: 10, calls: 10, share: 0.05 }`;

export async function startWatching(bin: string, settings: Record<string, string> = {}): Promise<Watching> {
  const log = mkdtempSync(join(tmpdir(), "rlsmith-watch-log-"));
  // the server runs as another user
  chmodSync(log, 0o777);
  const cluster = await startCluster({
    bin,
    settings: {
      shared_preload_libraries: "pg_stat_statements",
      "pg_stat_statements.track": "all",
      logging_collector: "on",
      log_destination: "jsonlog",
      log_directory: log,
      log_file_mode: "0644",
      ...settings,
    },
  });
  const fixture = await makeFixture({ rehearse: false });
  await makeTemplate(cluster, "prepared");
  await withClient(cluster.url("prepared"), async (client) => client.query("create extension pg_stat_statements"));
  await withClient(cluster.url("postgres"), async (client) =>
    client.query("grant pg_read_all_stats, anon to deployer"),
  );
  const { plan, files } = readPlan(fixture.dir);
  return {
    cluster,
    log,
    database: async (name, logOfTarget = { file: log }, more = "") => {
      await withClient(cluster.url("postgres"), async (client) =>
        client.query(`create database ${name} owner deployer template prepared`),
      );
      const variable = `URL_${name.toUpperCase()}`;
      process.env[variable] = cluster.url(name, "deployer");
      const target = `{ staging: { url: { env: "${variable}" }, log: ${JSON.stringify(logOfTarget)}, ${GATE}, ${more} } }`;
      const projectDir = copyOf(fixture.dir, target);
      const config = (await loadConfig(projectDir))?.config ?? null;
      const on: OnTarget = { projectDir, config, target: "staging", person: null, talk: SILENT_TALK };
      const watch = watchTarget(on, plan);
      return {
        on,
        plan,
        exec: async (sql) => withClient(cluster.url(name), async (client) => client.query(sql)),
        load: async (options = {}) => load(options.url ?? cluster.url(name, "app"), options),
        apply: async () => {
          const options = { cut: { kind: "all" }, dryRun: false, adopt: false, approvals: [] } as const;
          await applyToTarget(on, { ...options, plan, migration: files.up });
        },
        sample: async () => takeSample(watch),
      };
    },
    stop: async () => cluster.stop(),
  };
}

export const claimsOf = (tenant: string): object => ({
  sub: tenant,
  role: "authenticated",
  app_metadata: { tenant_id: tenant },
});

const STATEMENTS: Record<(typeof RELATIONS)[number], [sql: string, parameters: (tenant: string) => unknown[]][]> = {
  customer: [
    ["select count(name) from public.customer group by tenant_id", () => []],
    ["update public.customer set name = name where name = 'known 1'", () => []],
    ["insert into public.customer (tenant_id, name) values ($1, 'made')", (tenant) => [tenant]],
    ["delete from public.customer where name = 'made'", () => []],
  ],
  invoice: [
    ["select count(total) from public.invoice group by tenant_id", () => []],
    ["update public.invoice set total = total where total = 100", () => []],
    ["insert into public.invoice (tenant_id, total) values ($1, 7)", (tenant) => [tenant]],
    ["delete from public.invoice where total = 7", () => []],
  ],
  note: [
    ["select count(body) from public.note group by tenant_id", () => []],
    ["update public.note set body = body where body = 'known'", () => []],
    ["insert into public.note (tenant_id, body) values ($1, 'made')", (tenant) => [tenant]],
    ["delete from public.note where body = 'made'", () => []],
  ],
};

async function load(url: string, options: Load): Promise<Outcomes> {
  const { times = 5, claims = claimsOf, tenants = TENANTS, relations = RELATIONS, role = "authenticated" } = options;
  const outcomes: Outcomes = {};
  await withClient(url, async (client) => {
    for (let n = 0; n < times; n += 1)
      for (const tenant of tenants)
        for (const relation of RELATIONS.filter((one) => relations.includes(one)))
          for (const [sql, parameters] of STATEMENTS[relation]) {
            const outcome = await request(client, role, claims(tenant), sql, parameters(tenant));
            outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          }
  });
  return outcomes;
}

/** One request as a gateway makes it: the role and the claims for one transaction. */
async function request(
  client: pg.Client,
  role: string,
  claims: object,
  sql: string,
  parameters: unknown[],
): Promise<string> {
  await client.query("begin");
  try {
    await client.query("select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", [
      role,
      JSON.stringify(claims),
    ]);
    await client.query(sql, parameters);
    await client.query("commit");
    return "ok";
  } catch (error) {
    await client.query("rollback");
    return error instanceof pg.DatabaseError ? (error.code ?? "error") : "error";
  }
}
