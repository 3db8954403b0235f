import { sql, type Kysely } from "kysely";
import type { Seen } from "../bills.js";
import { verifyToken } from "../token.js";
import { db, type Database } from "./client.js";

async function titles(trx: Kysely<Database>): Promise<string[]> {
  const rows = await trx.selectFrom("bill").select("title").orderBy("title").execute();
  return rows.map(({ title }) => title);
}

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(trx);
    return titles(trx);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const trx = await db.startTransaction().execute();
  try {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(trx);
    const found = await titles(trx);
    await trx.commit().execute();
    return found;
  } catch (error) {
    await trx.rollback().execute();
    throw error;
  }
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true), set_config('app.trace', ${trace}, true)`.execute(
      trx,
    );
    const { rows } = await sql<{
      login: string;
      trace: string;
    }>`select current_user as login, current_setting('app.trace') as trace`.execute(trx);
    return { login: rows[0]?.login ?? "", trace: rows[0]?.trace ?? "", titles: await titles(trx) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const tenant = claims.app_metadata.tenant_id;
  return db.transaction().execute(async (trx) => {
    await sql.raw(`set local app.tenant_id = '${tenant}'`).execute(trx);
    return titles(trx);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const trx = await db.startTransaction().execute();
  try {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(trx);
    const nested = await trx.savepoint("one").execute();
    const inside = await titles(nested);
    await nested.rollbackToSavepoint("one").execute();
    const found = [...inside, ...(await titles(trx))];
    await trx.commit().execute();
    return found;
  } catch (error) {
    await trx.rollback().execute();
    throw error;
  }
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const trx = await db.startTransaction().execute();
  try {
    const nested = await trx.savepoint("one").execute();
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(nested);
    const found = await titles(nested);
    await nested.releaseSavepoint("one").execute();
    await trx.commit().execute();
    return found;
  } catch (error) {
    await trx.rollback().execute();
    throw error;
  }
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction().execute(async (trx) => {
    await sql`set local role authenticated`.execute(trx);
    await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`.execute(trx);
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(trx);
    return titles(trx);
  });
}

export async function worker(tenantId: string): Promise<string[]> {
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('request.jwt.claims', ${JSON.stringify({ role: "worker" })}, true)`.execute(trx);
    await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(trx);
    return titles(trx);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return db.transaction().execute(async (trx) => {
    await sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.execute(trx);
    await sql`select 1 / 0`.execute(trx);
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await sql`select set_config('app.tenant_id', ${tenantId}, true)`.execute(db);
  const rows = await db.selectFrom("bill").select("title").where("tenant_id", "=", tenantId).execute();
  return rows.map(({ title }) => title);
}

export async function left(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction().execute(async (trx) => {
    await trx.executeQuery(
      sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`.compile(trx),
    );
    return titles(trx);
  });
}

export async function without(): Promise<Seen> {
  const { rows } = await sql<{ login: string }>`select current_user as login`.execute(db);
  return { login: rows[0]?.login ?? "", titles: await titles(db) };
}

export const close = async (): Promise<void> => db.destroy();
