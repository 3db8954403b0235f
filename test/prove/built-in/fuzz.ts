import { openServer } from "../../../src/db/server.ts";
import { runBatch } from "./batch.ts";
import { CREATE_ROLES } from "./side.ts";

/** Counts of any number of batches. */
export interface BuiltInTally {
  pairs: number;
  points: number;
  /** points at which every row raised an error on a side */
  errors: number;
  differing: number;
  compared: number;
  /** verdicts by decision */
  decisions: Map<string, number>;
  witnesses: number;
  contradicted: { seed: number; text: string }[];
  unconfirmed: { seed: number; text: string }[];
  /** conditions that PostgreSQL refused, and schemas */
  refused: number;
  schemas: number;
  refusedSchemas: number;
}

export interface BuiltInOptions {
  seed: number;
  pairs: number;
  points: number;
  /** run the witnesses of one schema in so many; default 4 */
  witnessesOf?: number;
  /** pairs over one schema */
  perSchema?: number;
  /** begin no other schema after so many seconds */
  seconds?: number;
  onBatch?: (tally: BuiltInTally) => void;
}

/**
 * Verdicts on conditions and schemas that are drawn from what a PostgreSQL offers, against what it answers. The login
 * is a superuser of a server of no worth: databases `fz_…` and roles of these names are made on it. The batch of seed
 * N is the first one of `seed: N`.
 */
export async function fuzzBuiltIn(url: string, options: BuiltInOptions): Promise<BuiltInTally> {
  const { seed, pairs, points, perSchema = 40, witnessesOf = 4, seconds = Infinity, onBatch } = options;
  const tally: BuiltInTally = {
    pairs: 0,
    points: 0,
    errors: 0,
    differing: 0,
    compared: 0,
    decisions: new Map(),
    witnesses: 0,
    contradicted: [],
    unconfirmed: [],
    refused: 0,
    schemas: 0,
    refusedSchemas: 0,
  };
  const until = performance.now() + seconds * 1000;
  const db = await openServer(url);
  try {
    await db.exec(CREATE_ROLES);
    for (let at = seed; tally.pairs < pairs && performance.now() < until; at += 1) {
      const batch = await runBatch(
        { db, url },
        { seed: at, pairs: perSchema, points, witnesses: at % witnessesOf === 0 },
      ).catch((error: unknown) => {
        // no verdict at all is a defect as well
        tally.contradicted.push({ seed: at, text: error instanceof Error ? String(error.stack) : String(error) });
        return undefined;
      });
      if (batch === undefined) {
        if (tally.contradicted.length > 100) throw new Error(tally.contradicted[0]?.text);
        continue;
      }
      if (batch === null) {
        tally.refusedSchemas += 1;
        // a generator that makes nothing valid has to be told
        if (tally.refusedSchemas > 20 + tally.schemas) throw new Error("PostgreSQL refuses most schemas");
        continue;
      }
      tally.schemas += 1;
      tally.pairs += batch.pairs.length;
      tally.points += batch.points.points;
      tally.errors += batch.points.errors;
      tally.differing += batch.points.differing;
      tally.compared += batch.points.compared;
      tally.witnesses += batch.witnesses;
      tally.refused += batch.refused;
      for (const { decision } of batch.verdicts)
        tally.decisions.set(decision, (tally.decisions.get(decision) ?? 0) + 1);
      for (const { why, about } of batch.points.contradicted)
        tally.contradicted.push({ seed: at, text: `${why}\n${about}` });
      for (const { verdict, about } of batch.unconfirmed)
        tally.unconfirmed.push({ seed: at, text: `${about}\n${verdict.reasons[0]?.expression ?? ""}` });
      onBatch?.(tally);
    }
  } finally {
    await db.close();
  }
  return tally;
}
