import type { SqlClient, SqlPool } from "@/lib/db/sql";
import type { JobScope } from "@/lib/db/tenant-transaction";

export interface OutboxEvent {
  id: string;
  event_type: string;
  payload: Record<string, unknown>;
}

export type Deliver = (event: OutboxEvent) => Promise<void>;

export interface Delivered {
  sent: number;
  failed: number;
}

/** Send what the loyalty ledger has put into its outbox, at most `limit` events, and mark it. */
export async function drainLoyaltyOutbox(
  pool: SqlPool,
  scope: JobScope,
  deliver: Deliver,
  limit = 50,
): Promise<Delivered> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("set local role authenticated");
    await client.query(
      `select set_config('app.casino_id', $1, true),
              set_config('app.actor_id', $2, true),
              set_config('app.staff_role', $3, true),
              set_config('app.correlation_id', $4, true),
              set_config('request.jwt.claims', $5, true)`,
      [
        scope.casinoId,
        scope.actorId,
        scope.staffRole,
        scope.correlationId,
        JSON.stringify({ sub: scope.userId, role: "authenticated" }),
      ],
    );
    const { rows } = await client.query<OutboxEvent>(
      `select id, event_type, payload from loyalty_outbox
       where status = 'pending' order by created_at, id limit $1 for update skip locked`,
      [limit],
    );
    const result = await deliverAll(client, rows, deliver);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

async function deliverAll(client: SqlClient, events: readonly OutboxEvent[], deliver: Deliver): Promise<Delivered> {
  const result: Delivered = { sent: 0, failed: 0 };
  for (const event of events) {
    const status = await deliver(event).then(
      () => "sent",
      () => "failed",
    );
    await client.query(
      "update loyalty_outbox set status = $2::outbox_status, attempts = attempts + 1, processed_at = now() where id = $1",
      [event.id, status],
    );
    if (status === "sent") result.sent += 1;
    else result.failed += 1;
  }
  return result;
}
