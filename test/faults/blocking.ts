import { setTimeout as pause } from "node:timers/promises";

import { quoteName } from "../../src/pg/name.ts";
import { openClient } from "./with-client.ts";

/** An open transaction that has read a relation: it holds ACCESS SHARE, and a change of its policies has to wait for it. */
export interface LongReader {
  release(): Promise<void>;
  /** back when the time is over or it was released */
  over: Promise<void>;
}

/** Read a relation of `public` in a transaction that stays open for that long; back as soon as the lock is held. */
export async function longReader(url: string, relation: string, seconds: number): Promise<LongReader> {
  const client = openClient(url);
  await client.connect();
  await client.query("begin");
  await client.query(`select from ${quoteName({ schema: "public", name: relation })} limit 1`);
  const early = new AbortController();
  const over = pause(seconds * 1000, null, { signal: early.signal })
    .catch(() => {})
    .then(async () => client.end().catch(() => {}));
  return {
    over,
    release: async () => {
      early.abort();
      await over;
    },
  };
}

export interface Blocked {
  /** reads that were tried, and that failed */
  reads: number;
  failed: number;
  /** ms: the longest that one of them took, and all of their time above `THRESHOLD` */
  longest: number;
  total: number;
}

/** A read that takes longer than this, in ms, has waited for something. */
export const THRESHOLD = 50;

/** Read a relation of `public` again and again on a connection of its own, until `stop` tells how long the reads were blocked. */
export async function probe(url: string, relation: string, everyMs = 10): Promise<{ stop(): Promise<Blocked> }> {
  const client = openClient(url);
  await client.connect();
  const blocked: Blocked = { reads: 0, failed: 0, longest: 0, total: 0 };
  const sql = `select from ${quoteName({ schema: "public", name: relation })} limit 1`;
  const over = new AbortController();
  const loop = (async () => {
    while (!over.signal.aborted) {
      const start = performance.now();
      const worked = await client.query(sql).then(
        () => true,
        () => false,
      );
      const took = performance.now() - start;
      blocked.reads += 1;
      if (!worked) blocked.failed += 1;
      blocked.longest = Math.max(blocked.longest, took);
      if (took > THRESHOLD) blocked.total += took;
      await pause(everyMs);
    }
  })();
  return {
    stop: async () => {
      over.abort();
      await loop;
      await client.end().catch(() => {});
      return { ...blocked, longest: Math.round(blocked.longest), total: Math.round(blocked.total) };
    },
  };
}
