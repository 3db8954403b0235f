import { AsyncLocalStorage } from "node:async_hooks";
import type { SqlClient, SqlPool } from "./sql";

const current = new AsyncLocalStorage<SqlClient>();

/** The transaction that the caller runs in. */
export function currentTransaction(): SqlClient {
  const client = current.getStore();
  if (client === undefined) throw new Error("no transaction: call it inside withTransaction()");
  return client;
}

/** Run something in one transaction on one connection. */
export async function withTransaction<Result>(
  pool: SqlPool,
  work: (client: SqlClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await current.run(client, () => work(client));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}
