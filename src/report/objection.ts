import type { ObjectionReason, Trial } from "../prove/index.ts";
import { tellShort } from "./witness.ts";

/** The reason why a verdict needs an acceptance, in words. */
export function objectionText(reason: ObjectionReason): string {
  switch (reason.kind) {
    case "looser":
      return "rows are allowed that were denied before";
    case "incomparable":
      return "some rows are allowed that were denied before, and others are denied that were allowed";
    case "always-errors":
      return "every statement raises an error afterwards";
    case "crosses tenants":
      return `rows of another tenant come into reach, which nothing can answer for${reason.witness ? `: ${tellShort(reason.witness)}` : ""}`;
    case "vacuous":
      return "the assumptions contradict themselves";
    case "unknown":
      return [...new Set(reason.messages), ...triedText(reason.trial)].join("; ") || "not settled";
    case "follows variables":
      return `access still follows ${reason.settings.map((name) => `\`${name}\``).join(", ")}`;
  }
}

function triedText(trial: Trial | undefined): string[] {
  if (trial === undefined) return [];
  return "notTried" in trial
    ? [`not tried: ${trial.notTried}`]
    : [`at ${trial.points.toLocaleString("en-US")} points nothing more is allowed, which is no proof`];
}
