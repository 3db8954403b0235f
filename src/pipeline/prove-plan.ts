import { ToolError } from "../errors.ts";
import { catalogAfter } from "../plan/catalog-after.ts";
import type { Plan } from "../plan/plan.ts";
import type { Progress } from "../progress.ts";
import type { CompareOptions, MigrationProof, Objection } from "../prove/index.ts";
import { confirm, objections, proveMigration } from "../prove/index.ts";
import { withScratch } from "./scratch-base.ts";
import type { Source } from "./source.ts";

/** A plan's verdicts, and what somebody has to answer for. */
export interface PlanProof {
  proof: MigrationProof;
  objections: Objection[];
}

/**
 * Prove a planned migration in every regime, and run the witnesses on a scratch database. `accepts`: policy → reason, for what is neither
 * equivalent nor tighter. Throws ToolError (usage) where one names a policy that is not there.
 */
export async function provePlan(
  source: Source,
  plan: Plan,
  accepts: ReadonlyMap<string, string>,
  options: CompareOptions,
  progress: Progress,
): Promise<PlanProof> {
  const known = new Set<string>(plan.policies.map(({ policy }) => policy));
  for (const name of accepts.keys())
    if (!known.has(name))
      throw new ToolError(
        "usage",
        "NO_SUCH_POLICY",
        `--accept: there is no policy \`${name}\``,
        "name it as the plan does: schema.relation.policy",
      );
  const after = catalogAfter(source.catalog, plan);
  const made = proveMigration(source.catalog, after, plan.context, plan.policies, options);
  // that a malformed variable raises is no news: in the foreign regimes only what is allowed is run
  const shown = made.access.map((verdict) =>
    verdict.regime?.kind === "foreign"
      ? { ...verdict, witnesses: verdict.witnesses.filter(({ change }) => change === "lost" || change === "gained") }
      : verdict,
  );
  const access = await withScratch(source, async (db) => confirm(db, source.catalog, after, shown, made.assumptions));
  const proof = { ...made, access };
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const found = objections(proof, plan.announced, accepts, mapped);
  const open = found.filter(({ answer }) => answer === null).length;
  progress.done("prove", `${proof.access.length} verdicts, ${open} to be answered for`);
  return { proof, objections: found };
}
