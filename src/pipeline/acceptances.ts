import { createHash } from "node:crypto";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { canonicalName } from "../pg/name.ts";
import type { PolicyId } from "../pg/policy.ts";
import type { Plan, PolicyOutcome } from "../plan/index.ts";
import type { Objection } from "../prove/index.ts";
import { rendered, type PlannedMigration } from "./plan.ts";

/** The reason for accepting a policy that becomes looser, or is not settled: policy → reason. */
export type Acceptances = ReadonlyMap<string, string>;

/** The digest of a policy before and after, by which an acceptance of the config is bound to one change. */
export function changeDigest({ before, after }: PolicyOutcome): string {
  const parts = [before, ...after].map(({ command, permissive, roles, using, check }) => [
    command,
    permissive,
    roles.toSorted(),
    using,
    check,
  ]);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 12);
}

/** Acceptances of the config, and those of them that are for another change than the plan's, or for no policy of it. */
export function configAcceptances(config: Config, plan: Plan): { accepts: Acceptances; stale: Config["accept"] } {
  const digests = new Map(plan.policies.map((outcome): [string, string] => [outcome.policy, changeDigest(outcome)]));
  const holds = ({ policy, change }: Config["accept"][number]): boolean =>
    digests.get(canonicalName(policy)) === change;
  return {
    accepts: new Map(config.accept.filter(holds).map(({ policy, reason }) => [canonicalName(policy), reason])),
    stale: config.accept.filter((one) => !holds(one)),
  };
}

/** The entry of the config that accepts the change of a policy. */
export function acceptEntry(plan: Plan, policy: PolicyId): string {
  const outcome = plan.policies.find((one) => one.policy === policy);
  const change = outcome ? changeDigest(outcome) : "";
  return `{ policy: ${JSON.stringify(policy)}, change: ${JSON.stringify(change)}, reason: "…" }`;
}

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
export function refuseUnanswered(objections: readonly Objection[], plan: Plan): void {
  const crossing = [
    ...new Set(objections.filter(({ why }) => why.kind === "crosses tenants").map(({ policy }) => policy)),
  ];
  if (crossing.length > 0)
    throw new ToolError(
      "not-proven",
      "CROSSES_TENANTS",
      `rows of another tenant come into reach by ${crossing.join(", ")}, so no file was written`,
      "read the reasons above: name the policy under `keep` until its condition asks whose the row is, or change that first",
    );
  const open = [...new Set(objections.filter(({ answer }) => answer === null).map(({ policy }) => policy))];
  if (open.length === 0) return;
  const shown = open.slice(0, MOST_ENTRIES);
  const more = open.length > MOST_ENTRIES;
  throw new ToolError(
    "not-proven",
    "NOT_PROVEN",
    `${open.length} ${open.length === 1 ? "policy is" : "policies are"} neither equivalent nor tighter, so no file was written`,
    `read the reasons above, then accept each with a reason, in the config: accept: [${shown
      .map((policy) => acceptEntry(plan, policy))
      .join(", ")}${more ? ", …" : ""}]; or for this run: ${shown
      .map((policy) => `--accept '${policy}=reason'`)
      .join(" ")}${more ? " …" : ""}`,
  );
}

/** How many entries of the config an error shows. */
const MOST_ENTRIES = 10;
