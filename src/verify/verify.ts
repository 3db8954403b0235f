import type { TestEnvironment } from "./environment/index.ts";
import {
  around,
  bypass,
  availability,
  controls,
  copy,
  context,
  broadcasts,
  functions,
  functionVariables,
  leaks,
  ownRowValues,
  ownValues,
  tables,
  plans,
  pool,
  viewVariables,
  recordUnavailable,
  prepare,
  type VerifyOptions,
  summary,
} from "./run/index.ts";
import type { Verification } from "./matrix/index.ts";

/**
 * In this order, since openings of tables must be known before views, functions and set variables are tried, and since
 * variables on a fresh connection are unset only until the first has been set.
 */
const PHASES = [
  tables,
  ownValues,
  ownRowValues,
  copy,
  around,
  availability,
  functions,
  leaks,
  broadcasts,
  plans,
  context,
  viewVariables,
  functionVariables,
  bypass,
];

/** Run the whole matrix. Only counts and breaches are kept, so memory does not grow with the number of cells. */
export async function verify(environment: TestEnvironment, options: VerifyOptions): Promise<Verification> {
  const started = performance.now();
  const run = await prepare(environment, options);
  try {
    for (const phase of PHASES) await phase(run);
    if (options.otherClient) await pool(run, options.otherClient);
    await controls(run);
    recordUnavailable(run);
  } finally {
    // if the connection is lost, so is the transaction
    await environment.finish().catch(() => {});
  }
  const found = `${run.breaches.size} ${run.breaches.size === 1 ? "breach" : "breaches"}`;
  options.progress.done("verify", `${run.cells} cells as ${run.actors.length} personas, ${found}`);
  return summary(run, (performance.now() - started) / 1000);
}
