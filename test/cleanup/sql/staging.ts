import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { BOOTSTRAP } from "../../../src/scratch/bootstrap.ts";
import { startServer, type TestServer } from "../../support/server.ts";

/** A project with one migration, and a server of PostgreSQL 15 on which that has run. */
export interface Staging {
  server: TestServer;
  client: pg.Client;
  dir: string;
  stop(): Promise<void>;
}

/** `config`: the text of rlsmith.config.ts. */
export async function startStaging(migration: string, config: string): Promise<Staging> {
  const server = await startServer(15);
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(BOOTSTRAP);
  await client.query(migration);
  const dir = mkdtempSync(join(tmpdir(), "rlsmith-cleanup-"));
  mkdirSync(join(dir, "supabase/migrations"), { recursive: true });
  writeFileSync(join(dir, "supabase/migrations/20250101000000_all.sql"), migration);
  writeFileSync(join(dir, "rlsmith.config.ts"), config);
  return {
    server,
    client,
    dir,
    stop: async () => {
      await client.end();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
