import { catalogHash } from "../pg/catalog-hash.ts";
import type { Catalog, Column, PgFunction } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { policyId, type PolicyId } from "../pg/policy.ts";
import type { Plan } from "./plan.ts";
import { columnDefaultStep, dropFunctionStep, functionStep } from "./steps.ts";

/** What a clean-up changes, as the plan needs it. */
export interface CleanupChanges {
  edited: readonly { fn: PgFunction; definition: string; body: string }[];
  defaults: readonly { schema: string; relation: string; column: Column; expression: string }[];
  dropped: readonly PgFunction[];
  /** the variables that are taken out, in lower case */
  variables: readonly string[];
  context: ContextMap;
  /** the reason of a policy that the config keeps; null: it keeps it not */
  keptFor(policy: PolicyId): string | null;
}

/**
 * A plan of the same kind as that of the policies, for what comes after it: bodies first, then defaults, and the setters
 * last, when nothing calls them any more.
 */
export function buildCleanup(catalog: Catalog, changes: CleanupChanges, version: string): Plan {
  const steps = [
    ...changes.edited.map(({ fn, ...made }) =>
      functionStep(fn, made, [], `take the session variables out of ${fn.name}`),
    ),
    ...changes.defaults.map(({ schema, relation, column, expression }) =>
      columnDefaultStep(schema, relation, column, expression),
    ),
    ...changes.dropped.map((fn) => dropFunctionStep(fn)),
  ];
  return {
    format: "rlsmith-plan",
    formatVersion: 2,
    rlsmith: version,
    catalogHash: catalogHash(catalog),
    purpose: "clean-up",
    context: changes.context,
    retired: [...changes.variables],
    policies: catalog.policies.map((policy) => {
      const kept = changes.keptFor(policyId(policy));
      return {
        policy: policyId(policy),
        outcome: kept === null ? "unchanged" : "kept",
        rules: [],
        reason: kept ?? "a clean-up changes no policy",
        before: policy,
        after: [policy],
      };
    }),
    steps: steps.map((step, index) => ({ id: index + 1, context: null, ...step })),
    announced: [],
    open: [],
    findings: [],
    accepted: [],
  };
}
