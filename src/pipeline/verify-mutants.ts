import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";
import type { Progress } from "../progress.ts";
import { prove } from "../prove/index.ts";
import type { Ground } from "../verify/ground.ts";
import { pastUsing, policyMutants, type PolicyMutant } from "../verify/mutants.ts";
import { runMutants, type MutantOutcome, type Survivor } from "../verify/mutation.ts";
import { scratchGround } from "../verify/scratch-ground.ts";
import type { Config } from "../config.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/** Make every policy worse in every way on a throw-away database, and see whether the matrix notices; survivors are compared by the prover. */
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
  return results.map(({ mutant, noticed }) =>
    noticed
      ? { mutant, noticed, survivor: null }
      : { mutant, noticed, survivor: withoutRows(explainSurvivor(catalog, mutant), mutant, ground) },
  );
}

/**
 * What the prover says of a mutant that no cell noticed. Whoever brings a new row into an UPDATE has got past a USING: what that asks of the token
 * holds when the WITH CHECK is asked.
 */
export function explainSurvivor(catalog: Catalog, { original, mutated }: PolicyMutant): Survivor {
  const isOriginal = (policy: Policy): boolean =>
    policy.schema === original.schema && policy.relation === original.relation && policy.name === original.name;
  const policies = catalog.policies.flatMap((policy) => (isOriginal(policy) ? (mutated ? [mutated] : []) : [policy]));
  const after = { ...catalog, policies };
  const own = `${original.schema}.${original.relation}`;
  const past = prove(catalog, after, {
    relations: new Set([own]),
    assumptions: [{ name: "past USING", conditions: [pastUsing(catalog, original)] }],
  });
  const verdicts = prove(catalog, after).map((verdict) => {
    if (verdict.component !== "UPDATE CHECK" || `${verdict.relation.schema}.${verdict.relation.name}` !== own)
      return verdict;
    return past.find(({ component, role }) => component === verdict.component && role === verdict.role) ?? verdict;
  });
  const differing = verdicts.filter(({ decision }) => decision !== "equivalent" && decision !== "vacuous");
  if (differing.length === 0) return { kind: "equivalent" };
  const where = differing.map(({ component, role, decision }) => `${component} as ${role}: ${decision}`);
  return { kind: differing.some(({ decision }) => decision === "unknown") ? "unknown" : "different", where };
}

/** A relation without rows tells nothing of its policies: that is why, then. */
function withoutRows(survivor: Survivor, { original }: PolicyMutant, { fixtures }: Ground): Survivor {
  if (survivor.kind === "equivalent") return survivor;
  const missing = fixtures.notFilled.find(
    ({ schema, relation }) => schema === original.schema && relation === original.relation,
  );
  return missing ? { ...survivor, where: [`no rows could be made: ${missing.reason}`, ...survivor.where] } : survivor;
}
