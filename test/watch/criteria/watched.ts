import type { GateLimits } from "../../../src/watch/criteria/criterion.ts";
import { seenOf, type Watched } from "../../../src/watch/criteria/watched.ts";
import type { Sample, StoredReading } from "../../../src/watch/sample.ts";

export const LIMITS: GateLimits = { hours: 24, gapMinutes: 10, slower: 2, slowerMs: 1, calls: 20, share: 0.05 };

export const sampleOf = (number: number, over: Partial<Sample> = {}): Sample => ({
  formatVersion: 1,
  number,
  run: "00000000-0000-4000-8000-000000000000",
  target: "staging",
  planHash: "0".repeat(64),
  kind: "after",
  at: new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString(),
  server: { version: 150_000, startedAt: "", system: null, standby: false, privileged: false, bypassing: ["postgres"] },
  readings: [],
  ...over,
});

export const watchedOf = (samples: Sample[], limits: Partial<GateLimits> = {}): Watched => ({
  seen: seenOf(samples),
  now: samples.at(-1)?.at ?? "",
  plan: { touched: [], retired: [], dropped: [], functions: [] },
  limits: { ...LIMITS, ...limits },
});

export const watchedAt = (times: string[], now: string, limits: Partial<GateLimits>): Watched => ({
  ...watchedOf(
    times.map((at, n) => sampleOf(n + 1, { at })),
    limits,
  ),
  now,
});

export const withReadings = (kind: Sample["kind"], number: number, ...readings: StoredReading[]): Sample =>
  sampleOf(number, { kind, readings });
