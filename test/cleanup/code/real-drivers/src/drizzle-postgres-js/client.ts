import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";

const connections = postgres(DATABASE_URL, { max: POOL_SIZE });

export const db = drizzle({ client: connections });

export const close = async (): Promise<void> => connections.end();
