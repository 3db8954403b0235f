import type { ClassifiedPolicy } from "../classify/index.ts";
import type { PolicyCommand } from "../pg/policy.ts";
import type { Draft } from "./policy-rule.ts";
import type { RuleContext } from "./rule.ts";
import type { AnnouncedChange } from "./outcome.ts";
import type { Decision } from "./decisions.ts";

/**
 * The changes of access that follow from the rewriting of one policy: the changes that rehearsal may find, each with
 * the reason why it is intended.
 */
export function announce(
  classified: ClassifiedPolicy,
  draft: Draft,
  decision: Decision | null,
  context: RuleContext,
): AnnouncedChange[] {
  const { policy } = classified;
  const changes: AnnouncedChange[] = [];
  const say = (
    regime: AnnouncedChange["regime"],
    change: AnnouncedChange["change"],
    reason: string,
    commands: PolicyCommand[] = policy.command === "ALL" ? ["SELECT", "INSERT", "UPDATE", "DELETE"] : [policy.command],
  ): void =>
    void changes.push({
      policy: classified.id,
      schema: policy.schema,
      relation: policy.relation,
      commands,
      regime,
      change,
      reason,
    });

  if (decision?.choice === "rpc-only" && draft.reason !== null)
    say(null, policy.permissive ? "tighter" : "looser", `rpc-only: ${decision.reason}`);

  const moved = draft.rules.includes("context-to-claim") || draft.rules.includes("helper");
  for (const read of moved ? classified.reads : []) {
    if (!context.variables.has(read.setting)) continue;
    // An empty list, or an empty text for a boolean, had another meaning in a variable than a missing claim has.
    const type = context.variables.get(read.setting)?.type ?? "text";
    // So had an empty text for a text: rows whose value is empty.
    const matchedEmpty = type === "text" && !read.emptyIsNull;
    const direction =
      read.underNegation || type === "boolean" || type.endsWith("[]") || matchedEmpty ? "either" : "looser";
    if (!read.hasClaimFallback)
      say(
        "without",
        direction,
        `\`${read.setting}\` had no claim to fall back on: ${decision?.reason ?? "decided for its helper"}`,
      );
    else if (!read.emptyIsNull)
      say(
        "without",
        direction,
        `an empty \`${read.setting}\` denied or raised for want of NULLIF; the claim counts now`,
      );
    else if (!read.missingOk)
      say("without", direction, `an unset \`${read.setting}\` raised for want of missing_ok; the claim counts now`);
  }
  if (moved && classified.idioms.includes("fails-open"))
    say("without", "tighter", "without context the old policy was open to everyone");
  if (draft.rules.includes("break-recursion"))
    say(null, "either", "every statement failed with infinite recursion (42P17) before", [
      "SELECT",
      "INSERT",
      "UPDATE",
      "DELETE",
    ]);
  if (draft.rules.includes("bypass-flag")) say(null, "tighter", "the bypass flag is gone");
  if (draft.rules.includes("claim-path")) say(null, "either", "the claim is read where the map says, with consent");
  if (draft.rules.includes("live-role"))
    say(null, "either", "the role is looked up in the active row, not in the token");
  if (draft.rules.includes("to-authenticated")) say(null, "tighter", "TO public became TO authenticated");
  if (draft.after.some((after) => !after.permissive) && policy.permissive)
    say(null, "tighter", "a deny policy became RESTRICTIVE");
  return changes;
}
