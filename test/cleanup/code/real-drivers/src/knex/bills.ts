import type { Knex } from "knex";
import type { Seen } from "../bills.js";
import { verifyToken } from "../token.js";
import { db } from "./client.js";

const titles = async (trx: Knex): Promise<string[]> => trx<{ title: string }>("bill").orderBy("title").pluck("title");

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
    return titles(trx);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const trx = await db.transaction();
  try {
    await trx.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
    const found = await titles(trx);
    await trx.commit();
    return found;
  } catch (error) {
    await trx.rollback();
    throw error;
  }
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('app.tenant_id', ?, true), set_config('app.trace', ?, true)", [
      claims.app_metadata.tenant_id,
      trace,
    ]);
    const { rows } = await trx.raw<{ rows: { login: string; trace: string }[] }>(
      "select current_user as login, current_setting('app.trace') as trace",
    );
    return { login: rows[0]?.login ?? "", trace: rows[0]?.trace ?? "", titles: await titles(trx) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await db.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]).transacting(trx);
    return titles(trx);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
    const nested = await trx.transaction();
    const inside = await titles(nested);
    await nested.rollback();
    return [...inside, ...(await titles(trx))];
  });
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) =>
    trx.transaction(async (nested) => {
      await nested.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
      return titles(nested);
    }),
  );
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("set local role authenticated");
    await trx.raw("select set_config('request.jwt.claims', ?, true)", [JSON.stringify(claims)]);
    await trx.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
    return titles(trx);
  });
}

export async function worker(tenantId: string): Promise<string[]> {
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('request.jwt.claims', ?, true)", [JSON.stringify({ role: "worker" })]);
    await trx.raw("select set_config('app.tenant_id', ?, true)", [tenantId]);
    return titles(trx);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('app.tenant_id', ?, true)", [claims.app_metadata.tenant_id]);
    await trx.raw("select 1 / 0");
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await db.raw("select set_config('app.tenant_id', ?, true)", [tenantId]);
  return db<{ title: string; tenant_id: string }>("bill").where({ tenant_id: tenantId }).pluck("title");
}

export async function left(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (trx) => {
    await trx.raw("select set_config('app.tenant_id', :tenant, true)", { tenant: claims.app_metadata.tenant_id });
    return titles(trx);
  });
}

export async function without(): Promise<Seen> {
  const { rows } = await db.raw<{ rows: { login: string }[] }>("select current_user as login");
  return { login: rows[0]?.login ?? "", titles: await titles(db) };
}

export const close = async (): Promise<void> => db.destroy();
