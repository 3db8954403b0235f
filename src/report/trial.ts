import type { AssumedVerdict, UnknownReason } from "../prove/index.ts";
import { codeSpan } from "./visible.ts";

const count = new Intl.NumberFormat("en-US");

/** Why a verdict is not settled, and what a trial of it found: lower case, no final period. */
export function reasonsOf({ decision, reasons, trial, errors, certainty }: AssumedVerdict): string[] {
  if (decision !== "unknown")
    return certainty.kind === "trial"
      ? [`found by trial: PostgreSQL answered at ${count.format(certainty.points)} points`, ...reasons.map(tellReason)]
      : reasons.map(tellReason);
  if (trial === undefined) return reasons.map(tellReason);
  const obstacles = reasons.length === 0 ? "" : `; what stands in the way is ${reasons.map(tellObstacle).join(", ")}`;
  if ("notTried" in trial) return [`not decided, and not tried: ${trial.notTried}${obstacles}`];
  const but = errors.length > 0 ? " but for errors" : "";
  return [`not decided; ${count.format(trial.points)} points agree${but}${obstacles}`];
}

const tellReason = ({ message, expression }: UnknownReason): string =>
  expression ? `${message}: ${expression}` : message;

const tellObstacle = ({ message, expression, at }: UnknownReason): string =>
  expression === null ? message : `${codeSpan(expression)}${at === null ? "" : ` in ${at}`} (${message})`;
