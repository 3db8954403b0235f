import { ToolError } from "../errors.ts";
import type { Plan } from "../plan/index.ts";
import type { Objection } from "../prove/index.ts";
import { rendered, type PlannedMigration } from "./plan.ts";

/** The reason for accepting a policy that becomes looser, or is not settled: policy → reason. */
export type Acceptances = ReadonlyMap<string, string>;

/** Throws ToolError (usage) if an acceptance has no reason, or names a policy that the plan does not have. */
export function checkAcceptances(accepts: Acceptances, plan: Plan): void {
  const known = new Set<string>(plan.policies.map(({ policy }) => policy));
  for (const [policy, reason] of accepts) {
    if (policy === "" || reason.trim().length < 3)
      throw new ToolError(
        "usage",
        "ACCEPT_WITHOUT_REASON",
        `--accept \`${policy}\` has no reason`,
        "write --accept 'schema.relation.policy=a reason that a colleague understands'",
      );
    if (!known.has(policy))
      throw new ToolError(
        "usage",
        "NO_SUCH_POLICY",
        `--accept: there is no policy \`${policy}\``,
        "name it as the plan does: schema.relation.policy",
      );
  }
}

/**
 * The plan with each accepted change of access written into it, so that approvals and the journal include it, and its
 * files rendered again, since they name the hash of the plan.
 */
export const withAccepted = <P extends PlannedMigration>(planned: P, objections: readonly Objection[]): P =>
  rendered({
    ...planned,
    plan: {
      ...planned.plan,
      accepted: objections.flatMap(({ policy, regime, component, decision, answer }) =>
        answer?.by === "accept" ? [{ policy, regime, component, decision, reason: answer.reason }] : [],
      ),
    },
  });

/**
 * Throws ToolError (not-proven, exit 3) while a policy becomes looser, or is not settled, and no acceptance covers it.
 */
export function refuseUnanswered(objections: readonly Objection[]): void {
  const open = [...new Set(objections.filter(({ answer }) => answer === null).map(({ policy }) => policy))];
  if (open.length === 0) return;
  throw new ToolError(
    "not-proven",
    "NOT_PROVEN",
    `${open.length} ${open.length === 1 ? "policy is" : "policies are"} neither equivalent nor tighter, so no file was written`,
    `read the witnesses above, then accept each with a reason: --accept '${open[0] ?? ""}=reason'`,
  );
}
