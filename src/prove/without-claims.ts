import type { Catalog } from "../pg/catalog.ts";
import type { ContextMap } from "../pg/context.ts";
import { relationOf } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { PolicyOutcome } from "../plan/index.ts";
import type { Assumption } from "./assume.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { compareAccess, type CompareOptions } from "./compare-access.ts";
import { newComparison } from "./comparison.ts";
import { COMPONENTS, commandOf } from "./component.ts";
import type { Encoded } from "./predicate.ts";
import { policiesPredicate } from "./predicate.ts";
import { claimText } from "./regimes.ts";

/** What a policy of a plan gives a request whose token has none of the mapped claims, whatever its variables are. */
export interface WithoutClaims {
  policy: PolicyId;
  /** `denies`: it is true for no row and no command; `allows`: for some, and a model shows it */
  answer: "denies" | "allows" | "not settled";
}

/**
 * What the policies that replace each of these give a request without claims. `after`: the catalog with the plan. A
 * restrictive policy is taken for itself: if it is true for no row, it denies every request as well. Pure.
 */
export function withoutClaims(
  after: Catalog,
  context: ContextMap,
  outcomes: readonly PolicyOutcome[],
  options: CompareOptions = {},
): WithoutClaims[] {
  const shared = newComparison(after, after);
  const missing: Assumption = {
    name: "without claims",
    conditions: context.variables.map(({ claim }) => `${claimText(claim, context.claims)} is null`),
  };
  const nothing: Encoded = {
    kind: "predicate",
    predicate: { isTrue: shared.logic.false, raises: shared.logic.false, readsRows: false },
  };
  return outcomes.map((outcome): WithoutClaims => {
    const relation = shared.after.relation(relationOf(outcome.before));
    const role = outcome.before.roles.find((name) => name !== "public") ?? "public";
    // policies that are restrictive alone allow nothing, whatever they say
    const policies = outcome.after.map((policy) => ({ ...policy, permissive: true }));
    const components = COMPONENTS.filter((component) =>
      policies.some(({ command }) => command === "ALL" || command === commandOf(component)),
    );
    const answers = relation
      ? components.map((component) => {
          const about = { relation, component, role };
          const [verdict] = compareAccess(
            shared,
            about,
            [missing],
            (request) => (request.side === "before" ? policiesPredicate(shared, policies, about, request) : nothing),
            options,
          );
          return answerOf(verdict);
        })
      : [];
    return { policy: outcome.policy, answer: together(answers) };
  });
}

/** The first side is the policy, the second one denies everything: they are equal where the policy does so too. */
function answerOf(verdict: AssumedVerdict | undefined): WithoutClaims["answer"] {
  if (verdict?.decision === "tighter") return "allows";
  const denies = verdict?.decision === "equivalent" && verdict.errors.length === 0;
  return denies && verdict.certainty.kind !== "bounded" ? "denies" : "not settled";
}

function together(answers: readonly WithoutClaims["answer"][]): WithoutClaims["answer"] {
  if (answers.includes("allows")) return "allows";
  return answers.length > 0 && answers.every((answer) => answer === "denies") ? "denies" : "not settled";
}
