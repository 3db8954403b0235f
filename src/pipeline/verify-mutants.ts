import type { Config } from "../config.ts";
import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";
import type { Progress } from "../progress.ts";
import { prove } from "../prove/prove.ts";
import { pastUsing, policyMutants } from "../verify/mutants.ts";
import type { PolicyMutant } from "../verify/mutants.ts";
import { runMutants } from "../verify/mutation.ts";
import type { MutantResult } from "../verify/mutation.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/** A policy made worse, what noticed it, and where nothing did, why. */
export interface MutantOutcome extends MutantResult {
  /** null: it was noticed; `equivalent`: proved that nobody can tell it from the policy */
  survivor: "equivalent" | "different" | "unknown" | null;
}

/** Make every policy worse in every way, and see whether the matrix notices; survivors are compared by the prover. */
export async function verifyMutants(source: Source, progress: Progress): Promise<MutantOutcome[]> {
  const base = await rehearsalBase(source, progress);
  try {
    return await mutantsOnScratch(base.scratch.db, base.catalog, source.config?.config ?? null, progress);
  } finally {
    await base.close();
  }
}

/** The same on a throw-away database that is there already. */
export async function mutantsOnScratch(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  progress: Progress,
): Promise<MutantOutcome[]> {
  const known = knownOf(catalog, config);
  const ground = await scratchGround(db, known);
  const results = await runMutants(ground, policyMutants(catalog, known.context), progress);
  return results.map((result) => ({
    ...result,
    survivor: result.noticed ? null : explainSurvivor(catalog, result.mutant),
  }));
}

/**
 * What the prover says of a mutant that no cell noticed. Whoever brings a new row into an UPDATE has got past a USING: what that asks of the token
 * holds when the WITH CHECK is asked.
 */
function explainSurvivor(
  catalog: Catalog,
  { original, mutated }: PolicyMutant,
): "equivalent" | "different" | "unknown" {
  const isOriginal = (policy: Policy): boolean =>
    policy.schema === original.schema && policy.relation === original.relation && policy.name === original.name;
  const policies = catalog.policies.flatMap((policy) => (isOriginal(policy) ? (mutated ? [mutated] : []) : [policy]));
  const after = { ...catalog, policies };
  const own = `${original.schema}.${original.relation}`;
  const got = prove(catalog, after, {
    relations: new Set([own]),
    assumptions: [{ name: "past USING", conditions: [pastUsing(catalog, original)] }],
  });
  const decisions = prove(catalog, after).map((verdict) => {
    if (verdict.component !== "UPDATE CHECK" || `${verdict.relation.schema}.${verdict.relation.name}` !== own)
      return verdict.decision;
    return (
      got.find(({ component, role }) => component === verdict.component && role === verdict.role)?.decision ??
      verdict.decision
    );
  });
  if (decisions.every((decision) => decision === "equivalent" || decision === "vacuous")) return "equivalent";
  return decisions.some((decision) => decision === "unknown") ? "unknown" : "different";
}
