import type { RLSContext } from "@/lib/supabase/rls-context";
import type { SqlClient, SqlPool } from "./sql";
import { tagTransaction } from "./tracing";
import { withTransaction } from "./transaction";

/** On whose behalf a job runs. */
export interface JobScope extends RLSContext {
  userId: string;
  correlationId: string;
}

/**
 * Run a part of a job under the policies, as the staff member it is for. The policies ask for auth.uid() since June, so
 * the transaction carries a `sub`; tenant, actor and role are session variables, as in the application.
 */
export async function withTenantTransaction<Result>(
  pool: SqlPool,
  scope: JobScope,
  work: (client: SqlClient) => Promise<Result>,
): Promise<Result> {
  return withTransaction(pool, async (client) => {
    await client.query("set local role authenticated");
    await client.query("select set_config('request.jwt.claims', $1, true)", [
      JSON.stringify({ sub: scope.userId, role: "authenticated" }),
    ]);
    await client.query("select set_config('app.actor_id', $1, true)", [scope.actorId]);
    await client.query("select set_config('app.casino_id', $1, true)", [scope.casinoId]);
    await client.query("select set_config('app.staff_role', $1, true)", [scope.staffRole]);
    await tagTransaction(client, scope.correlationId);
    return work(client);
  });
}
