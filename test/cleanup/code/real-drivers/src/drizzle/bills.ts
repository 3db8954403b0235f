import { eq, sql, TransactionRollbackError } from "drizzle-orm";
import type { Seen } from "../bills.js";
import { bill } from "../drizzle-schema.js";
import { verifyToken } from "../token.js";
import { close, db } from "./client.js";

type Transaction = Parameters<Parameters<typeof db.transaction>[0]>[0];

async function titles(tx: Pick<Transaction, "select">): Promise<string[]> {
  const rows = await tx.select({ title: bill.title }).from(bill).orderBy(bill.title);
  return rows.map(({ title }) => title);
}

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`);
    return titles(tx);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const { tenant_id: tenant } = claims.app_metadata;
  return db.transaction(
    async (tx) => {
      await tx.execute(sql`select set_config('app.tenant_id', ${tenant}, true)`);
      return titles(tx);
    },
    { isolationLevel: "repeatable read" },
  );
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(
      sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true), set_config('app.trace', ${trace}, true)`,
    );
    const [row] = await tx
      .select({ login: sql<string>`current_user`, trace: sql<string>`current_setting('app.trace')` })
      .from(sql`(values (1)) one`);
    return { login: row?.login ?? "", trace: row?.trace ?? "", titles: await titles(tx) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const tenant = claims.app_metadata.tenant_id;
  return db.transaction(async (tx) => {
    await tx.execute(sql.raw(`set local app.tenant_id = '${tenant}'`));
    return titles(tx);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`);
    let inside: string[] = [];
    try {
      await tx.transaction(async (nested) => {
        inside = await titles(nested);
        nested.rollback();
      });
    } catch (error) {
      if (!(error instanceof TransactionRollbackError)) throw error;
    }
    return [...inside, ...(await titles(tx))];
  });
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) =>
    tx.transaction(async (nested) => {
      await nested.execute(sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`);
      return titles(nested);
    }),
  );
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql`set local role authenticated`);
    await tx.execute(sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`);
    await tx.execute(sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`);
    return titles(tx);
  });
}

export async function worker(tenantId: string): Promise<string[]> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('request.jwt.claims', ${JSON.stringify({ role: "worker" })}, true)`);
    await tx.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`);
    return titles(tx);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`);
    await tx.execute(sql`select 1 / 0`);
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await db.execute(sql`select set_config('app.tenant_id', ${tenantId}, true)`);
  const rows = await db.select({ title: bill.title }).from(bill).where(eq(bill.tenantId, tenantId));
  return rows.map(({ title }) => title);
}

export async function left(token: string): Promise<string[]> {
  const of = await verifyToken(token).then(({ app_metadata }) => app_metadata);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('app.tenant_id', ${of.tenant_id}, true)`);
    return titles(tx);
  });
}

export async function without(): Promise<Seen> {
  const [row] = await db.select({ login: sql<string>`current_user` }).from(sql`(values (1)) one`);
  return { login: row?.login ?? "", titles: await titles(db) };
}

export { close };
