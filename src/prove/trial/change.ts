import type { Decision, ErrorChange, Verdict, Witness } from "../verdict.ts";
import type { Seen } from "./ask.ts";

export type Change = Witness["change"];

/** The difference between two outcomes; null: there is none, or one of them tells nothing. */
export function changeOf(before: Seen, after: Seen): Change | null {
  if (before === null || after === null || before === after) return null;
  if (before === "allow") return after === "deny" ? "lost" : "allow->error";
  if (before === "deny") return after === "allow" ? "gained" : "deny->error";
  return after === "allow" ? "error->allow" : "error->deny";
}

/**
 * What the changes that were found amount to. Where neither side raised, gains and losses decide; where none of these was
 * found, an error that became access or access that became an error does. Errors that come or go where nothing was
 * allowed decide nothing.
 */
export function decisionOf(changes: ReadonlySet<Change>): Decision {
  const either = (gain: Change, loss: Change): Decision | null =>
    changes.has(gain) ? (changes.has(loss) ? "incomparable" : "looser") : changes.has(loss) ? "tighter" : null;
  return either("gained", "lost") ?? either("error->allow", "allow->error") ?? "unknown";
}

export const isErrorChange = (change: Change): change is ErrorChange => change !== "lost" && change !== "gained";

/** A trial found losses: that there are no gains holds for its points alone, and is no proof. */
export const isOnlyTried = ({ decision, certainty }: Pick<Verdict, "decision" | "certainty">): boolean =>
  decision === "tighter" && certainty.kind === "trial";
