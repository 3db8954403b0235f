import pg from "pg";
import { requiredEnv } from "@/lib/env";
import type { SqlPool } from "./sql";

let pool: SqlPool | undefined;

/** The pool of the workers and of the API routes that need SQL. They log in as the owner: `set local role` comes first. */
export function getPool(): SqlPool {
  if (pool === undefined) {
    const real = new pg.Pool({ connectionString: requiredEnv("DATABASE_URL"), max: 5 });
    pool = {
      connect: async () => real.connect(),
      query: async <Row extends object>(text: string, values?: unknown[]) =>
        real.query<Row & pg.QueryResultRow>(text, values),
    };
  }
  return pool;
}

/** Use another pool: scripts that have one, and tests. */
export function usePool(other: SqlPool | undefined): void {
  pool = other;
}
