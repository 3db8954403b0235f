import type { Ground } from "./ground.ts";
import { around } from "./phases/around.ts";
import { availability } from "./phases/availability.ts";
import { copy } from "./phases/copy.ts";
import { context } from "./phases/context.ts";
import { functions } from "./phases/functions.ts";
import { tables } from "./phases/tables.ts";
import { pool } from "./phases/pool.ts";
import { note } from "./record.ts";
import { prepare, type VerifyOptions } from "./run.ts";
import { summary } from "./summary.ts";
import { vacuous } from "./vacuous.ts";
import type { Verification } from "./verification.ts";

/**
 * In this order: what is open by itself has to be known before it is asked what a view, a function or a set variable opens; and on a fresh
 * connection variables are unset only until the first has been set.
 */
const PHASES = [tables, copy, around, availability, functions, context];

/** Run the whole matrix. Only counts and breaches are kept, so memory does not grow with the number of cells. */
export async function verify(ground: Ground, options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const run = await prepare(ground, options);
  try {
    for (const phase of PHASES) await phase(run);
    const nothing = await vacuous(run);
    if (nothing !== null) note(run, "no-own-rows", nothing);
    if (options.otherClient) await pool(run, options.otherClient);
  } finally {
    // where the connection is gone, so is the transaction
    await ground.finish().catch(() => {});
  }
  const found = `${run.breaches.size} ${run.breaches.size === 1 ? "breach" : "breaches"}`;
  options.progress.done("verify", `${run.cells} cells as ${run.actors.length} personas, ${found}`);
  return summary(run, (performance.now() - started) / 1000);
}
