import type { Seen } from "../bills.js";
import { verifyToken } from "../token.js";
import { prisma } from "./client.js";
import type { PrismaClient } from "./generated.js";

type Row = { title: string };

async function titles(tx: Pick<PrismaClient, "$queryRaw">): Promise<string[]> {
  const rows = await tx.$queryRaw<Row[]>`select title from bill order by title`;
  return rows.map(({ title }) => title);
}

export async function own(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    return titles(tx);
  });
}

export async function begun(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const [, rows] = await prisma.$transaction([
    prisma.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`,
    prisma.$queryRaw<Row[]>`select title from bill order by title`,
  ]);
  return rows.map(({ title }) => title);
}

export async function traced(token: string, trace: string): Promise<Seen & { trace: string }> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$queryRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true), set_config('app.trace', ${trace}, true)`;
    const [row] = await tx.$queryRaw<
      { login: string; trace: string }[]
    >`select current_user::text as login, current_setting('app.trace') as trace`;
    return { login: row?.login ?? "", trace: row?.trace ?? "", titles: await titles(tx) };
  });
}

export async function unsafe(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe("select set_config('app.tenant_id', $1, true)", claims.app_metadata.tenant_id);
    return titles(tx);
  });
}

export async function outer(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    await tx.$executeRaw`savepoint one`;
    const inside = await titles(tx);
    await tx.$executeRaw`rollback to savepoint one`;
    return [...inside, ...(await titles(tx))];
  });
}

export async function inner(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`savepoint one`;
    await tx.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    const inside = await titles(tx);
    await tx.$executeRaw`release savepoint one`;
    return inside;
  });
}

export async function beside(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  const [, , , rows] = await prisma.$transaction([
    prisma.$executeRaw`set local role authenticated`,
    prisma.$executeRaw`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`,
    prisma.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`,
    prisma.$queryRaw<Row[]>`select title from bill order by title`,
  ]);
  return rows.map(({ title }) => title);
}

export async function worker(tenantId: string): Promise<string[]> {
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`select set_config('request.jwt.claims', ${JSON.stringify({ role: "worker" })}, true)`;
    await tx.$executeRaw`select set_config('app.tenant_id', ${tenantId}, true)`;
    return titles(tx);
  });
}

export async function failing(token: string): Promise<never> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRaw`select set_config('app.tenant_id', ${claims.app_metadata.tenant_id}, true)`;
    await tx.$executeRaw`select 1 / 0`;
    throw new Error("the division did not fail");
  });
}

export async function outside(tenantId: string): Promise<string[]> {
  await prisma.$executeRaw`select set_config('app.tenant_id', ${tenantId}, true)`;
  const rows = await prisma.$queryRaw<Row[]>`select title from bill where tenant_id = ${tenantId}::uuid`;
  return rows.map(({ title }) => title);
}

export async function left(token: string): Promise<string[]> {
  const claims = await verifyToken(token);
  return prisma.$transaction(async (tx) => {
    await tx.$executeRawUnsafe(`select set_config('app.tenant_id', '${claims.app_metadata.tenant_id}'::text, true)`);
    return titles(tx);
  });
}

export async function without(): Promise<Seen> {
  const [row] = await prisma.$queryRaw<{ login: string }[]>`select current_user::text as login`;
  return { login: row?.login ?? "", titles: await titles(prisma) };
}

export const close = async (): Promise<void> => prisma.$disconnect();
