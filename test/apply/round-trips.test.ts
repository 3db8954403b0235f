import { afterAll, beforeAll, expect, test } from "vitest";
import { openServer } from "../../src/db/server.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import { applyToDatabase, rollbackDatabase } from "../../src/pipeline/apply-database.ts";
import type { Plan } from "../../src/plan/index.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { planFor } from "../support/plan.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { countTrips } from "../support/trips.ts";

const EXPRESSION =
  "tenant_id = coalesce(nullif(current_setting('app.tenant_id', true), '')::uuid, (auth.jwt() -> 'app_metadata' ->> 'tenant_id')::uuid)";
const TENANTS = "'{00000001-0000-4000-8000-000000000000,00000002-0000-4000-8000-000000000000}'::uuid[]";

let server: TestServer;
beforeAll(async () => {
  server = await startServer(15);
});
afterAll(async () => server?.stop());

/**
 * A database with so many relations, each with rows of two tenants for the check before COMMIT. Autovacuum would hold a
 * lock on one of them now and then, and apply would try again.
 */
async function target(relations: number): Promise<{ url: string; plan: Plan }> {
  const admin = await openServer(server.url);
  await admin.exec(`create database of_${relations}`);
  await admin.close();
  const to = new URL(server.url);
  to.pathname = `/of_${relations}`;
  const db = await openServer(to.toString());
  try {
    await db.exec(BOOTSTRAP);
    for (let n = 0; n < relations; n += 1)
      await db.exec(`create table public.t${n} (id int primary key, tenant_id uuid not null) with (autovacuum_enabled = false);
        insert into public.t${n} select row_number() over (), tenant from unnest(${TENANTS}) tenant;
        alter table public.t${n} enable row level security;
        grant select on public.t${n} to authenticated;
        create policy own on public.t${n} to authenticated using (${EXPRESSION})`);
    const plan = planFor(await inspect(db), {
      context: { "app.tenant_id": { claim: "app_metadata.tenant_id", type: "uuid" } },
    });
    return { url: to.toString(), plan };
  } finally {
    await db.close();
  }
}

/** The round trips of the connection that commits: those before the locks, and those while they are held. */
async function tripsOf(url: string, work: (through: string) => Promise<unknown>): Promise<[number, number]> {
  const proxy = await countTrips(url);
  try {
    await work(proxy.through(url));
    const trips = proxy.connections.find((one) => one.some((sent) => sent.includes("commit"))) ?? [];
    const at = (text: string): number => trips.findLastIndex((sent) => sent.includes(text));
    // before the first setting it has connected, and looked whether there is a pooler between
    const [settings, locks, commit] = [at("tcp_keepalives_idle"), at("in access exclusive mode"), at("commit")];
    expect(settings).toBeGreaterThan(0);
    return [locks - settings, commit - locks + 1];
  } finally {
    await proxy.stop();
  }
}

test("round trips: few before the locks, two while they are held, and as many for four relations as for twelve", async () => {
  const found: Record<string, [number, number]> = {};
  for (const relations of [4, 12]) {
    const { url, plan } = await target(relations);
    found[`apply ${relations}`] = await tripsOf(url, async (through) => applyToDatabase(through, plan));
    found[`rollback ${relations}`] = await tripsOf(url, async (through) => rollbackDatabase(through));
    found[`apply again ${relations}`] = await tripsOf(url, async (through) => applyToDatabase(through, plan));
  }
  for (const [what, [before, locked]] of Object.entries(found)) {
    expect([what, locked]).toEqual([what, 2]);
    expect(before, what).toBeLessThanOrEqual(15);
  }
  for (const what of ["apply", "rollback", "apply again"]) expect(found[`${what} 4`]).toEqual(found[`${what} 12`]);
});
