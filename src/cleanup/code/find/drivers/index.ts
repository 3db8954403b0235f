import type { Module } from "../../syntax/module.ts";
import type { Node } from "../../syntax/node.ts";
import { drizzle } from "./drizzle.ts";
import { knex } from "./knex.ts";
import { kysely } from "./kysely.ts";
import { pg } from "./pg.ts";
import { postgresJs } from "./postgres-js.ts";
import { prisma } from "./prisma.ts";
import type { Reader, Sent } from "./sent.ts";
import { supabaseServer } from "./supabase-server.ts";

/** How SQL is sent on a direct connection: one file for each driver. */
export { fragmentOf, importedFrom } from "./sent.ts";
export type { DriverId, Sent } from "./sent.ts";

const READERS: readonly Reader[] = [pg, drizzle, kysely, knex, prisma, postgresJs, supabaseServer];

/** The call that sends a text; null: none that is known. */
export function sentBy(text: Node, module: Module): Sent | null {
  for (const read of READERS) {
    const found = read(text, module);
    if (found) return found;
  }
  return null;
}
