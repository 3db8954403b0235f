import type { ObjectionReason } from "../prove/index.ts";

/** Why a verdict needs an answer, in words. */
export function objectionText(reason: ObjectionReason): string {
  switch (reason.kind) {
    case "looser":
      return "rows are allowed that were not";
    case "incomparable":
      return "some rows are allowed that were not, and others no more";
    case "always-errors":
      return "every statement raises afterwards";
    case "vacuous":
      return "the assumptions contradict themselves";
    case "unknown":
      return reason.messages.join("; ") || "not settled";
    case "follows variables":
      return `access still follows ${reason.settings.map((name) => `\`${name}\``).join(", ")}`;
  }
}
