import type { Db } from "../db/port.ts";
import type { Catalog } from "../pg/catalog.ts";
import { nameKey, relationKey } from "../pg/name.ts";
import type { Policy } from "../pg/policy.ts";
import type { Progress } from "../progress.ts";
import { prove } from "../prove/index.ts";
import type { TestEnvironment } from "../verify/index.ts";
import {
  pastUsing,
  policyMutants,
  type PolicyMutant,
  runMutants,
  type MutantOutcome,
  type Survivor,
  scratchEnvironment,
} from "../verify/index.ts";
import type { Config } from "../config.ts";
import { knownOf } from "./known.ts";
import { rehearsalBase } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/**
 * Weaken every policy in every way on a throw-away database, and check that the matrix notices; survivors are compared
 * by the prover.
 */
export async function verifyMutants(source: Source, progress: Progress): Promise<MutantOutcome[]> {
  const base = await rehearsalBase(source, progress);
  try {
    return await mutantsOnScratch(base.scratch.db, base.catalog, source.config?.config ?? null, progress);
  } finally {
    await base.close();
  }
}

/** The same on a given throw-away database, for the mutants that `choose` keeps. */
export async function mutantsOnScratch(
  db: Db,
  catalog: Catalog,
  config: Config | null,
  progress: Progress,
  choose: (all: readonly PolicyMutant[]) => readonly PolicyMutant[] = (all) => all,
): Promise<MutantOutcome[]> {
  const known = knownOf(catalog, config);
  const environment = await scratchEnvironment(db, known);
  const results = await runMutants(environment, choose(policyMutants(catalog, known.context)), progress);
  return results.map(({ mutant, noticed }) =>
    noticed
      ? { mutant, noticed, survivor: null }
      : { mutant, noticed, survivor: withoutRows(explainSurvivor(catalog, mutant), mutant, environment) },
  );
}

/**
 * The prover's result for a mutant that no cell noticed. A new row of an UPDATE has passed a USING expression, so the
 * conditions of that expression on the token hold when WITH CHECK is evaluated.
 */
export function explainSurvivor(catalog: Catalog, { original, mutated }: PolicyMutant): Survivor {
  const isOriginal = (policy: Policy): boolean =>
    policy.schema === original.schema && policy.relation === original.relation && policy.name === original.name;
  const policies = catalog.policies.flatMap((policy) => (isOriginal(policy) ? (mutated ? [mutated] : []) : [policy]));
  const after = { ...catalog, policies };
  const own = relationKey(original);
  const past = prove(catalog, after, {
    relations: new Set([own]),
    assumptions: [{ name: "past USING", conditions: [pastUsing(catalog, original)] }],
  });
  const verdicts = prove(catalog, after).map((verdict) => {
    if (verdict.component !== "UPDATE CHECK" || nameKey(verdict.relation) !== own) return verdict;
    return past.find(({ component, role }) => component === verdict.component && role === verdict.role) ?? verdict;
  });
  const differing = verdicts.filter(({ decision }) => decision !== "equivalent" && decision !== "vacuous");
  if (differing.length === 0) return { kind: "equivalent" };
  const where = differing.map(({ component, role, decision }) => `${component} as ${role}: ${decision}`);
  return { kind: differing.some(({ decision }) => decision === "unknown") ? "unknown" : "different", where };
}

/** The survivor, with the reason if its relation has no rows: no statement can notice its policies then. */
function withoutRows(survivor: Survivor, { original }: PolicyMutant, { fixtures }: TestEnvironment): Survivor {
  if (survivor.kind === "equivalent") return survivor;
  const missing = fixtures.notFilled.find(
    ({ schema, relation }) => schema === original.schema && relation === original.relation,
  );
  return missing ? { ...survivor, where: [`no rows could be made: ${missing.reason}`, ...survivor.where] } : survivor;
}
