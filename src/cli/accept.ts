import { InvalidArgumentError, type Command } from "commander";
import { ToolError } from "../errors.ts";
import { provePlan } from "../pipeline/prove-plan.ts";
import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { Progress } from "../progress.ts";
import type { Source } from "../pipeline/source.ts";
import type { AcceptedChange, Plan } from "../plan/plan.ts";
import { DEFAULT_TIMEOUT } from "../prove/index.ts";
import type { Objection } from "../prove/index.ts";

export interface AcceptFlags {
  accept: string[];
  proveTimeout: number;
}

/** Add the flags of proofs. */
export const withAccept = (command: Command): Command =>
  withTimeout(command).option(
    "--accept <policy=reason>",
    "answer for a policy that becomes looser, or is not settled",
    (value: string, before: string[]) => [...before, value],
    [],
  );

export const withTimeout = (command: Command): Command =>
  command.option(
    "--prove-timeout <ms>",
    "for one verdict; what takes longer is unknown",
    milliseconds,
    DEFAULT_TIMEOUT,
  );

function milliseconds(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) === 0) throw new InvalidArgumentError("It has to be a whole number.");
  return Number(value);
}

/** Prove a plan; what `--accept` answers for is written into it. */
export async function provedPlan(
  source: Source,
  plan: Plan,
  flags: AcceptFlags,
  progress: Progress,
): Promise<PlanProof> {
  const limits = { timeout: flags.proveTimeout };
  const proved = await provePlan(source, plan, acceptances(flags.accept), limits, progress);
  plan.accepted = acceptedChanges(proved.objections);
  return proved;
}

/** `--accept policy=reason`: policy → reason. Throws ToolError (usage) where the reason is missing. */
function acceptances(values: readonly string[]): Map<string, string> {
  return new Map(
    values.map((value): [string, string] => {
      const at = value.indexOf("=");
      const [policy, reason] = [value.slice(0, at).trim(), value.slice(at + 1).trim()];
      if (at < 0 || policy === "" || reason.length < 3)
        throw new ToolError(
          "usage",
          "ACCEPT_WITHOUT_REASON",
          `--accept \`${value}\` has no reason`,
          "write --accept 'schema.relation.policy=a reason that a colleague understands'",
        );
      return [policy, reason];
    }),
  );
}

/** What `--accept` answered for, as the plan keeps it. */
const acceptedChanges = (objections: readonly Objection[]): AcceptedChange[] =>
  objections.flatMap(({ policy, regime, component, decision, answer }) =>
    answer?.by === "accept" ? [{ policy, regime, component, decision, reason: answer.reason }] : [],
  );

/** Throws ToolError (not-proven, exit 3) while a policy becomes looser, or is not settled, and nobody answers for it. */
export function refuseUnanswered(objections: readonly Objection[]): void {
  const open = [...new Set(objections.filter(({ answer }) => answer === null).map(({ policy }) => policy))];
  if (open.length === 0) return;
  throw new ToolError(
    "not-proven",
    "NOT_PROVEN",
    `${open.length} ${open.length === 1 ? "policy is" : "policies are"} neither equivalent nor tighter, so no file was written`,
    `look at the witnesses above, then answer for each: --accept '${open[0] ?? ""}=reason'`,
  );
}
