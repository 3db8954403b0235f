import type { SqlClient } from "./sql";

/**
 * Tag the transaction, so that a slow query in pg_stat_activity and a line in the log lead back to the job. Nothing
 * reads it to decide who may see what.
 */
export async function tagTransaction(client: SqlClient, correlationId: string): Promise<void> {
  await client.query("select set_config('application_name', $1, true), set_config('app.correlation_id', $2, true)", [
    `floor:${correlationId}`.slice(0, 63),
    correlationId,
  ]);
}
