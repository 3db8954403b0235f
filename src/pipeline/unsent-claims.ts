import { heldIn, inferRequests, type ClassifiedPolicy } from "../classify/index.ts";
import { claimsSourceOf, type Config } from "../config.ts";
import type { Catalog } from "../pg/catalog.ts";
import { catalogAfter } from "../plan/index.ts";
import type { OpenDecision, Plan } from "../plan/index.ts";
import { withoutClaims } from "../prove/index.ts";

/**
 * The regime of today's requests: the variables as the application sets them, and no claims, where the config says so or
 * nothing in the database reads or sets them. Every policy that the plan moves to claims then loses what it allows. The
 * question counts the policies that would deny every request; null if the requests send claims, or the plan moves
 * nothing. Pure.
 */
export function unsentClaims(
  catalog: Catalog,
  classified: readonly ClassifiedPolicy[],
  config: Config,
  plan: Plan,
): OpenDecision | null {
  if (config.requests?.claims === "sent") return null;
  const source = claimsSourceOf(config.claims);
  const { claims, settings } = inferRequests(catalog, source);
  if (claims === "sent" && config.requests === undefined) return null;
  const moved = movedPolicies(classified, plan);
  const defaults = plan.steps.filter(({ change }) => change.kind === "default").length;
  const functions = plan.steps.filter(({ change }) => change.kind === "function" && change.before !== null).length;
  if (moved.length + defaults + functions === 0) return null;
  const answers = withoutClaims(catalogAfter(catalog, plan), plan.context, moved);
  const denies = answers.filter(({ answer }) => answer === "denies").length;
  const unsettled = answers.filter(({ answer }) => answer === "not settled").length;
  const of = `${plan.policies.length} ${plan.policies.length === 1 ? "policy" : "policies"}`;
  const lost =
    denies > 0
      ? `${denies} of ${of} will deny every request after this migration${unsettled > 0 ? `, and ${unsettled} more may (not settled)` : ""}`
      : unsettled > 0
        ? `${unsettled} of ${of} may deny every request after this migration (not settled)`
        : moved.length > 0
          ? `${moved.length} of ${of} will allow less after this migration`
          : "column defaults or functions will find no value after this migration";
  return {
    kind: "claims-not-sent",
    key: "requests",
    settings,
    policies: answers.filter(({ answer }) => answer !== "allows").map(({ policy }) => policy),
    question: `${lost}, for ${claims === "none" ? "nothing sets" : "no request sends"} ${heldIn(settings, source)}`,
  };
}

/** The policies that read a mapped variable and depend on claims after the plan. Pure. */
export function movedPolicies(classified: readonly ClassifiedPolicy[], plan: Plan): Plan["policies"] {
  const mapped = new Set(plan.context.variables.map(({ setting }) => setting));
  const readers = new Set(
    classified.filter(({ reads }) => reads.some(({ setting }) => mapped.has(setting))).map(({ id }) => id),
  );
  return plan.policies.filter(
    ({ policy, outcome }) => readers.has(policy) && (outcome === "rewritten" || outcome === "through-helper"),
  );
}
