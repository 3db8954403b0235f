import type { PoolClient } from "pg";
import type { Seen } from "../bills.js";
import { verifyToken } from "../token.js";
import { pool } from "./client.js";

const LIST = "select title from bill order by title";

async function inTransaction<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  } finally {
    client.release();
  }
}

async function titles(client: Pick<PoolClient, "query">): Promise<string[]> {
  const { rows } = await client.query<{ title: string }>(LIST);
  return rows.map(({ title }) => title);
}

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    return titles(client);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    const found = await titles(client);
    await client.query("commit");
    return found;
  } finally {
    client.release();
  }
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("select set_config('app.tenant_id', $1, true), set_config('app.trace', $2, true)", [
      claims.app_metadata.tenant_id,
      trace,
    ]);
    const { rows } = await client.query<{ login: string; trace: string }>(
      "select current_user as login, current_setting('app.trace') as trace",
    );
    return { login: rows[0]?.login ?? "", trace: rows[0]?.trace ?? "", titles: await titles(client) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const tenant = claims.app_metadata.tenant_id;
  return inTransaction(async (client) => {
    await client.query(`set local app.tenant_id = '${tenant}'`);
    return titles(client);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    await client.query("savepoint one");
    const inside = await titles(client);
    await client.query("rollback to savepoint one");
    return [...inside, ...(await titles(client))];
  });
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("savepoint one");
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    const inside = await titles(client);
    await client.query("release savepoint one");
    return inside;
  });
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("set local role authenticated");
    await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)]);
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    return titles(client);
  });
}

export async function worker(tenantId: string): Promise<string[]> {
  return inTransaction(async (client) => {
    await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ role: "worker" })]);
    await client.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
    return titles(client);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    await client.query("select 1 / 0");
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await pool.query("select set_config('app.tenant_id', $1, true)", [tenantId]);
  const { rows } = await pool.query<{ title: string }>("select title from bill where tenant_id = $1", [tenantId]);
  return rows.map(({ title }) => title);
}

export async function left(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return inTransaction(async (client) => {
    await client.query({
      text: "select set_config('app.tenant_id', $1, true)",
      values: [claims.app_metadata.tenant_id],
    });
    return titles(client);
  });
}

export async function without(): Promise<Seen> {
  const { rows } = await pool.query<{ login: string }>("select current_user as login");
  return { login: rows[0]?.login ?? "", titles: await titles(pool) };
}

export const close = async (): Promise<void> => pool.end();
