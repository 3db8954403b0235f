import { randomUUID } from "node:crypto";
import { getPool } from "@/lib/db/pool";
import type { SqlPool } from "@/lib/db/sql";
import { drainLoyaltyOutbox, type Deliver } from "./loyalty-outbox-worker";
import { systemScope } from "./system-actor";

/** Drain the outboxes of all active casinos, one after the other. Returns how many events were sent. */
export async function runOnce(pool: SqlPool, deliver: Deliver): Promise<number> {
  const { rows: casinos } = await pool.query<{ id: string }>(
    "select id from casino where status = 'active' order by id",
  );
  let sent = 0;
  for (const { id } of casinos) {
    const scope = await systemScope(pool, id, randomUUID());
    sent += (await drainLoyaltyOutbox(pool, scope, deliver)).sent;
  }
  return sent;
}

if (process.argv[1]?.endsWith("workers/main.ts")) {
  const post: Deliver = async (event) => {
    const answer = await fetch(process.env["LOYALTY_WEBHOOK"] ?? "", { method: "POST", body: JSON.stringify(event) });
    if (!answer.ok) throw new Error(`webhook: ${answer.status}`);
  };
  await runOnce(getPool(), post);
}
