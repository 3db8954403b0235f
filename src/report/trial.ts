import type { AssumedVerdict, UnknownReason } from "../prove/index.ts";
import { codeSpan } from "./visible.ts";

const count = new Intl.NumberFormat("en-US");

/** Why a verdict is not settled, and what a trial of it found: lower case, no final period. */
export function reasonsOf({ decision, reasons, trial, errors, certainty }: AssumedVerdict): string[] {
  const obstacles =
    reasons.length === 0 ? "" : `; what stands in the way is ${[...new Set(reasons.map(tellObstacle))].join(", ")}`;
  if (certainty.kind === "trial")
    return [
      decision === "tighter"
        ? `found by trial: at ${count.format(certainty.points)} points nothing more is allowed, which is no proof${obstacles}`
        : `found by trial at one of ${count.format(certainty.points)} points`,
    ];
  if (decision !== "unknown") return reasons.map(tellReason);
  if (trial === undefined) return reasons.map(tellReason);
  if ("notTried" in trial) return [`not decided, and not tried: ${trial.notTried}${obstacles}`];
  const but = errors.length > 0 ? " but for errors" : "";
  return [`not decided; ${count.format(trial.points)} points agree${but}${obstacles}`];
}

const tellReason = ({ message, expression }: UnknownReason): string =>
  expression ? `${message}: ${expression}` : message;

const tellObstacle = ({ message, expression, at }: UnknownReason): string =>
  expression === null ? message : `${codeSpan(expression)}${at === null ? "" : ` in ${at}`} (${message})`;
