import type { ISql } from "postgres";
import type { Seen } from "../bills.js";
import { verifyToken } from "../token.js";
import { sql } from "./client.js";

async function titles(tx: ISql): Promise<string[]> {
  const rows = await tx<{ title: string }[]>`select title from bill order by title`;
  return rows.map(({ title }) => title);
}

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) => {
    await tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    return titles(tx);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin("isolation level repeatable read", async (sql) => {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    return titles(sql);
  });
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) => {
    await tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true), set_config('app.trace', ${trace}, true)`;
    const [row] = await tx<
      { login: string; trace: string }[]
    >`select current_user as login, current_setting('app.trace') as trace`;
    return { login: row?.login ?? "", trace: row?.trace ?? "", titles: await titles(tx) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) => {
    await tx.unsafe("select set_config('app.tenant_id', $1, true)", [claims.app_metadata.tenant_id]);
    return titles(tx);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) => {
    await tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    let inside: string[] = [];
    try {
      await tx.savepoint(async (nested) => {
        inside = await titles(nested);
        throw new RangeError("taken back");
      });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return [...inside, ...(await titles(tx))];
  });
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) =>
    tx.savepoint(async (nested) => {
      await nested`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
      return titles(nested);
    }),
  );
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx) => {
    await tx`set local role authenticated`;
    await tx`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
    await tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    return titles(tx);
  });
}

export async function worker(tenantId: string): Promise<string[]> {
  return sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ role: "worker" })}, true)`;
    await tx`select set_config('app.tenant_id', ${tenantId}, true)`;
    return titles(tx);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return sql.begin(async (tx): Promise<never> => {
    await tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    await tx`select 1 / 0`;
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await sql`select set_config('app.tenant_id', ${tenantId}, true)`;
  const rows = await sql<{ title: string }[]>`select title from bill where tenant_id = ${tenantId}`;
  return rows.map(({ title }) => title);
}

export async function left(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const [, rows] = await sql.begin((tx) => [
    tx`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`,
    tx<{ title: string }[]>`select title from bill order by title`,
  ]);
  return rows.map(({ title }) => title);
}

export async function without(): Promise<Seen> {
  const [row] = await sql<{ login: string }[]>`select current_user as login`;
  return { login: row?.login ?? "", titles: await titles(sql) };
}

export const close = async (): Promise<void> => sql.end();
