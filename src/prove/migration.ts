import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { relationOf } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { PolicyOutcome } from "../plan/index.ts";
import { NOTHING, type Assumption } from "./assume.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { compareAccess, type CompareOptions } from "./compare-access.ts";
import { newComparison } from "./comparison.ts";
import { crossTenantGains } from "./crossing.ts";
import { COMPONENTS, commandOf, type Component } from "./component.ts";
import { policiesPredicate } from "./predicate.ts";
import { proveComparison } from "./prove.ts";
import { regimes, trueWords } from "./regimes.ts";
import { inferTenant } from "./tenant.ts";

/** The verdict on one policy for itself: its own text before, and the policies that replace it after. */
export interface PolicyVerdict extends AssumedVerdict {
  policy: PolicyId;
}

/** The verdicts of a migration. */
export interface MigrationProof {
  format: "rlsmith-proof";
  formatVersion: 1;
  /** the regimes, as SQL */
  assumptions: Assumption[];
  /** what is enforced: a verdict for each relation, component, role and regime */
  access: AssumedVerdict[];
  /** what each policy says for itself, whoever it is for */
  policies: PolicyVerdict[];
  /** gains of access to rows of another tenant, with or without context; the others are in `access` */
  crossTenant: AssumedVerdict[];
  /** of solving, in milliseconds */
  milliseconds: number;
}

/**
 * Prove a migration: every access predicate and every policy, in each regime of the context map (without one, assuming
 * nothing).
 */
export function proveMigration(
  before: Catalog,
  after: Catalog,
  context: ContextMap,
  outcomes: readonly PolicyOutcome[],
  options: CompareOptions = {},
): MigrationProof {
  const start = performance.now();
  const shared = newComparison(before, after);
  const made = regimes(context, trueWords(before.policies, context));
  const assumptions: Assumption[] = made.length > 0 ? made : [NOTHING];
  const access = proveComparison(shared, { ...options, assumptions });
  const policies = outcomes.flatMap((outcome): PolicyVerdict[] => {
    const relation = shared.before.relation(relationOf(outcome.before));
    if (!relation) return [];
    const role = outcome.before.roles.find((name) => name !== "public") ?? "public";
    return componentsOf(outcome).flatMap((component) => {
      const about = { relation, component, role };
      const verdicts = compareAccess(
        shared,
        about,
        assumptions,
        (request) => {
          const set = request.side === "before" ? [outcome.before] : outcome.after;
          return policiesPredicate(shared, set, about, request);
        },
        // one policy alone is no access that a Postgres could show
        { ...options, shows: "decision" },
      );
      return verdicts.map((verdict) => ({ ...verdict, policy: outcome.policy }));
    });
  });
  return {
    format: "rlsmith-proof",
    formatVersion: 1,
    assumptions,
    access,
    policies,
    crossTenant: crossTenantGains(shared, inferTenant(before, context), access, assumptions, options),
    milliseconds: performance.now() - start,
  };
}

/** Components that the policy has a say in, before or after. */
const componentsOf = (outcome: PolicyOutcome): Component[] =>
  COMPONENTS.filter((component) =>
    [outcome.before, ...outcome.after].some(
      (policy) => policy.command === "ALL" || policy.command === commandOf(component),
    ),
  );
