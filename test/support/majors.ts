import { afterAll, beforeAll, describe } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { inspect } from "../../src/inspect/inspect.ts";
import type { Catalog } from "../../src/pg/catalog.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { sharedBase } from "./fork.ts";
import { startServer } from "./server.ts";

/** A database that these statements made, and its catalog. The tests of a file share it. */
export interface MajorFork {
  fork: Scratch;
  catalog: Catalog;
}

/**
 * Run the tests on a database that these statements made, on the oldest and on the newest major version. It is open while
 * a test runs, and not yet while the tests are collected: `opened()` returns it.
 */
export function onBothMajors(sql: string, tests: (opened: () => MajorFork) => void): void {
  describe.each([15, 18] as const)("on PostgreSQL %i", (major) => {
    let open: (MajorFork & { close: () => Promise<void> }) | null = null;
    beforeAll(async () => {
      open = await openOn(major, sql);
    });
    afterAll(async () => open?.close());
    tests(() => {
      if (open === null) throw new Error("the database is opened before the first test");
      return open;
    });
  });
}

async function openOn(major: 15 | 18, sql: string): Promise<MajorFork & { close: () => Promise<void> }> {
  const { base, close } = await baseOn(major);
  const fork = await base.fork();
  await fork.db.exec(sql);
  const catalog = await inspect(fork.db);
  await fork.db.exec("set search_path = public");
  return {
    fork,
    catalog,
    close: async () => {
      await fork.close();
      await close();
    },
  };
}

/** The base of the newest major version is shared by the files of a worker, and stays. */
async function baseOn(major: 15 | 18): Promise<{ base: Scratch; close: () => Promise<void> }> {
  if (major === 18) return { base: await sharedBase(), close: async () => {} };
  const server = await startServer(major);
  const base = await openScratch({ kind: "server", url: server.url, superuser: true });
  return {
    base,
    close: async () => {
      await base.close();
      await server.stop();
    },
  };
}

/**
 * The condition as PostgreSQL prints it where no schema is searched. It is that of policy `p` on `files` of schema
 * `public` afterwards.
 */
export async function printedCondition(db: Db, condition: string): Promise<string> {
  await db.exec(`drop policy if exists p on files; create policy p on files using (${condition})`);
  await db.exec("set search_path = ''");
  const [row] = await db.query<{ text: string }>(
    "select pg_get_expr(polqual, polrelid) as text from pg_policy where polname = 'p' and polrelid = 'public.files'::regclass",
  );
  await db.exec("set search_path = public");
  return row?.text ?? "";
}
