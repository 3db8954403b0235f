import { drizzle } from "drizzle-orm/node-postgres";
import { Pool } from "pg";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";

export const pool = new Pool({ connectionString: DATABASE_URL, max: POOL_SIZE });

export const db = drizzle(pool);

export const close = async (): Promise<void> => pool.end();
