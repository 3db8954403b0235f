import type { PolicyId } from "../pg/policy.ts";
import type { AnnouncedChange } from "../plan/index.ts";
import type { AssumedVerdict } from "./assumed-verdict.ts";
import { commandOf, type Component } from "./component.ts";
import type { MigrationProof, PolicyVerdict } from "./migration.ts";
import { isOnlyTried } from "./trial/change.ts";
import type { Decision, Trial, Witness } from "./verdict.ts";

/** Why a verdict is not simply allowed; in words by `report/objection.ts`. */
export type ObjectionReason =
  | { kind: "looser" }
  | { kind: "incomparable" }
  | { kind: "always-errors" }
  /** rows of another tenant are gained: nothing answers for that */
  | { kind: "crosses tenants"; witness: Witness | null }
  | { kind: "vacuous" }
  /** the prover's own messages, none: it was not settled; and what a trial found */
  | { kind: "unknown"; messages: readonly string[]; trial?: Trial | undefined }
  /** access still asks the variables; `*`: some that are not told */
  | { kind: "follows variables"; settings: readonly string[] };

/** A verdict that a plan may only go on with when someone answers for it. */
export interface Objection {
  policy: PolicyId;
  regime: string;
  component: Component;
  decision: Decision;
  /** why this is not simply allowed */
  why: ObjectionReason;
  /** who answers for it: a decision of the config or a rule (`announced`), or `--accept`; null: nobody yet */
  answer: { by: "announced" | "accept"; reason: string } | null;
}

/**
 * Where a migration does something else than keep or tighten access, in the regimes with and without context; and in
 * the foreign ones where the result still follows the variable. Each objection names a policy; where no policy alone is
 * to blame, every policy of the relation.
 */
export function objections(
  proof: MigrationProof,
  announced: readonly AnnouncedChange[],
  accepts: ReadonlyMap<string, string>,
  mapped: ReadonlySet<string>,
): Objection[] {
  const found: Objection[] = [];
  const seen = new Set<string>();
  for (const verdict of proof.crossTenant) {
    const witness = verdict.witnesses.find(({ change, confirmed }) => change === "gained" && confirmed !== false);
    for (const policy of blamed(proof.policies, verdict, mapped)) {
      const { assumption: regime, component, decision } = verdict;
      const isSettled = decision !== "unknown";
      const why: ObjectionReason = isSettled
        ? { kind: "crosses tenants", witness: witness ?? null }
        : { kind: "unknown", messages: [CROSSING_OPEN, ...verdict.reasons.map(({ message }) => message)] };
      const answer = isSettled ? null : answerFor(policy, verdict, announced, accepts);
      const key = JSON.stringify([policy, regime, component]);
      if (!seen.has(key)) found.push({ policy, regime, component, decision, why, answer });
      seen.add(key);
    }
  }
  for (const verdict of proof.access) {
    const why = objectionTo(verdict, mapped);
    if (why === null) continue;
    for (const policy of blamed(proof.policies, verdict, mapped)) {
      const key = JSON.stringify([policy, verdict.assumption, verdict.component, verdict.decision]);
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({
        policy,
        regime: verdict.assumption,
        component: verdict.component,
        decision: verdict.decision,
        why,
        answer: answerFor(policy, verdict, announced, accepts),
      });
    }
  }
  return found;
}

const CROSSING_OPEN = "whether rows of another tenant come into reach is not settled";

/** Null where a verdict is as it should be. */
function objectionTo(verdict: AssumedVerdict, mapped: ReadonlySet<string>): ObjectionReason | null {
  if (verdict.regime?.kind === "foreign") {
    // newly allowed is what the token alone allows, as long as the result does not ask the variable
    const gains =
      verdict.decision === "looser" || verdict.decision === "incomparable" || verdict.decision === "unknown";
    const still = verdict.readsAfter.filter((setting) => mapped.has(setting) || setting === "*");
    return gains && still.length > 0 ? { kind: "follows variables", settings: still } : null;
  }
  // losses that a trial found prove nothing about gains
  if (isOnlyTried(verdict)) return notSettled(verdict);
  switch (verdict.decision) {
    case "equivalent":
    case "tighter":
    case "no-privilege":
      return null;
    case "looser":
    case "incomparable":
    case "always-errors":
    case "vacuous":
      return { kind: verdict.decision };
    case "unknown":
      return notSettled(verdict);
  }
}

const notSettled = ({ reasons, trial }: AssumedVerdict): ObjectionReason => ({
  kind: "unknown",
  messages: reasons.map(({ message }) => message),
  trial,
});

/**
 * Policies of the relation that for themselves differ in the same way; all that differ, or all there are, where none
 * does.
 */
function blamed(policies: readonly PolicyVerdict[], verdict: AssumedVerdict, mapped: ReadonlySet<string>): PolicyId[] {
  const here = policies.filter(
    (one) =>
      one.relation.schema === verdict.relation.schema &&
      one.relation.name === verdict.relation.name &&
      one.component === verdict.component &&
      one.assumption === verdict.assumption,
  );
  const wrong = here.filter((one) => objectionTo(one, mapped) !== null);
  const changed = here.filter((one) => one.decision !== "equivalent");
  return [...new Set((wrong.length > 0 ? wrong : changed.length > 0 ? changed : here).map(({ policy }) => policy))];
}

function answerFor(
  policy: PolicyId,
  verdict: AssumedVerdict,
  announced: readonly AnnouncedChange[],
  accepts: ReadonlyMap<string, string>,
): Objection["answer"] {
  const reason = accepts.get(policy);
  if (reason !== undefined) return { by: "accept", reason };
  // what nobody understood, or what raises, no decision has foreseen; nor what a trial alone has found
  if (verdict.certainty.kind === "trial") return null;
  if (verdict.decision !== "looser" && verdict.decision !== "incomparable") return null;
  const command = commandOf(verdict.component);
  const said = announced.find(
    (change) =>
      change.policy === policy &&
      change.commands.includes(command) &&
      (change.regime === null || change.regime === verdict.regime?.kind) &&
      (change.change === "either" || (change.change === "looser" && verdict.decision === "looser")),
  );
  return said ? { by: "announced", reason: said.reason } : null;
}
