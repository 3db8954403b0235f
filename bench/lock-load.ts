/**
 * An application that is busy, for `bench/apply-locks.ts`, which forks it: connections that run short transactions of
 * one to four statements over relations that are chosen at random. A process of its own, so that the process which
 * applies a plan does not delay it.
 */
import pg from "pg";
import { figuresOf, newTally, type Tally } from "../test/faults/figures.ts";

export interface LoadRequest {
  url: string;
  connections: number;
  relations: readonly string[];
  tenants: readonly string[];
}

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

async function transaction(client: pg.Client, tally: Tally, { relations, tenants }: LoadRequest): Promise<void> {
  const tenant = pick(tenants);
  const claims = JSON.stringify({ role: "authenticated", app_metadata: { tenant_id: tenant } });
  await client.query("begin");
  await client.query(
    "select set_config('request.jwt.claims', $1, true), set_config('role', 'authenticated', true), set_config('app.tenant_id', $2, true)",
    [claims, tenant],
  );
  for (let left = 1 + Math.floor(Math.random() * 4); left > 0; left -= 1) {
    const relation = pick(relations);
    const isWrite = Math.random() < 0.3;
    await tally.timed(relation, async () =>
      isWrite
        ? client.query(`insert into ${relation} (tenant_id, body) values ($1, 'fresh')`, [tenant])
        : client.query(`select id, body from ${relation} where tenant_id = $1 order by id limit 5`, [tenant]),
    );
  }
  await client.query("commit");
  tally.transactions += 1;
}

let tally = newTally();
const over = new AbortController();

async function worker(request: LoadRequest): Promise<void> {
  const client = new pg.Client({ connectionString: request.url, application_name: "application" });
  client.on("error", () => {});
  await client.connect();
  while (!over.signal.aborted)
    try {
      await transaction(client, tally, request);
    } catch (error) {
      tally.error(error);
      await client.query("rollback");
    }
  await client.end();
}

process.on("message", (message: LoadRequest | "begin" | "end" | "stop") => {
  if (message === "begin") {
    tally = newTally();
    process.send?.("begun");
  } else if (message === "end") process.send?.(figuresOf(tally));
  else if (message === "stop") over.abort();
  else
    void Promise.all(Array.from({ length: message.connections }, async () => worker(message))).then(() =>
      process.disconnect(),
    );
});
