import { Kysely, PostgresDialect } from "kysely";
import { Pool } from "pg";
import { DATABASE_URL, POOL_SIZE } from "../bills.js";

export interface Database {
  bill: { title: string; tenant_id: string };
}

export const db = new Kysely<Database>({
  dialect: new PostgresDialect({ pool: new Pool({ connectionString: DATABASE_URL, max: POOL_SIZE }) }),
});
