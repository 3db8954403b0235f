import { afterAll, beforeAll } from "vitest";
import { causeText } from "../../src/report/claims-cause.ts";
import { renderFix } from "../../src/claims/fix/fix.ts";
import type { ClaimsFacts } from "../../src/claims/report.ts";
import { openServer } from "../../src/db/server.ts";
import type { Db } from "../../src/db/port.ts";
import { BOOTSTRAP } from "../../src/scratch/bootstrap.ts";
import { startServer, type TestServer } from "../support/server.ts";

/** A native server for a test file, and databases on it with Supabase's schemas, `id(n)` and `users(n, claims)`. */
export function claimsServer(): (sql: string) => Promise<Db> {
  let server: TestServer;
  let admin: Db;
  const open: Db[] = [];
  const at = (database: string): string => {
    const url = new URL(server.url);
    url.pathname = database;
    return url.toString();
  };
  beforeAll(async () => {
    server = await startServer(15);
    admin = await openServer(server.url);
    await admin.exec("create database base");
    const db = await openServer(at("base"));
    await db.exec(`${BOOTSTRAP};
      create function id(n int) returns uuid language sql immutable as $$ select ('a0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid $$;
      create function users(count int) returns void language sql as $$
        insert into auth.users (id, raw_app_meta_data, raw_user_meta_data) select public.id(n), '{"provider": "email"}', '{}' from generate_series(1, count) n $$;`);
    await db.close();
  });
  afterAll(async () => {
    for (const db of open) await db.close();
    await admin.close();
    await server.stop();
  });
  return async (sql) => {
    const database = `t${open.length}`;
    await admin.exec(`create database ${database} template base`);
    const db = await openServer(at(database));
    open.push(db);
    await db.exec(sql);
    return db;
  };
}

/** What id(n) is. */
export const id = (n: number): string => `a0000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** The files that `--fix` would write, with transactions of their own. */
export function fixOf(facts: ClaimsFacts, repairsSync = true): { up: string; down: string } {
  if (facts.source.kind === "unknown") throw new Error(causeText(facts.source.because));
  const options = { schema: "rlsmith_private", ownTransaction: true, rollbackFile: "down.sql", repairsSync };
  return renderFix(facts.source.value, facts.triggers, options);
}

/** `raw_app_meta_data` of users by their number. */
export async function metadataOf(db: Db): Promise<Record<string, unknown>[]> {
  const rows = await db.query<{ meta: Record<string, unknown> }>(
    "select raw_app_meta_data as meta from auth.users order by id",
  );
  return rows.map(({ meta }) => meta);
}
