import { onTestFinished } from "vitest";
import type { Db } from "../../src/db/port.ts";
import { openScratch } from "../../src/scratch/open.ts";
import type { Scratch } from "../../src/scratch/scratch.ts";
import { startServer, type TestServer } from "./server.ts";

let server: Promise<TestServer> | null = null;
let base: Promise<Scratch> | null = null;

/**
 * The native PostgreSQL 18 that the test files of one worker share, started at the first call. It ends with the
 * worker's process. A file that creates roles, changes settings of the server or needs another major starts its own
 * (`startServer`).
 */
export const sharedServer = async (): Promise<TestServer> => (server ??= startServer(18));

/**
 * An empty scratch database with the bootstrap on the shared server. It is the same major as the embedded engine, and a
 * fork of it costs a tenth of the processor time of an embedded one. Callers fork it and do not change it.
 */
export const sharedBase = async (): Promise<Scratch> =>
  (base ??= sharedServer().then(async ({ url }) => openScratch({ kind: "server", url, superuser: true })));

/** A new copy of a database for the test that calls this; it is dropped when the test has ended. */
export async function forkForTest(of?: Scratch): Promise<Scratch> {
  const fork = await (of ?? (await sharedBase())).fork();
  onTestFinished(async () => fork.close());
  return fork;
}

/** Run these statements in a new copy of a database, work there, and drop the copy. Returns what `work` returns. */
export async function withFork<Result>(
  sql: string,
  work: (db: Db, fork: Scratch) => Promise<Result>,
  of?: Scratch,
): Promise<Result> {
  const fork = await (of ?? (await sharedBase())).fork();
  try {
    if (sql !== "") await fork.db.exec(sql);
    return await work(fork.db, fork);
  } finally {
    await fork.close();
  }
}
