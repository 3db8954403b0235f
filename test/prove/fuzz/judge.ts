import type { AssumedVerdict } from "../../../src/prove/prove.ts";
import type { ErrorChange } from "../../../src/prove/verdict.ts";

/** A change of what is allowed that a verdict tells by an error change alone. */
export const isHidden = (verdict: AssumedVerdict, before: string, after: string): boolean =>
  (before === "deny" && after === "allow" && !["looser", "incomparable", "unknown"].includes(verdict.decision)) ||
  (before === "allow" && after === "deny" && !["tighter", "incomparable", "unknown"].includes(verdict.decision));

export type Kind = "allow" | "deny" | "error";

export const kindOf = (outcome: string): Kind => (outcome === "allow" || outcome === "deny" ? outcome : "error");

/**
 * Why what a Postgres did at a point contradicts a verdict; null where the verdict explains it. An error is a *may*: what is allowed may change
 * without the decision saying so where an error change covers it.
 */
export function contradiction(verdict: AssumedVerdict, before: string, after: string): string | null {
  const [from, to] = [kindOf(before), kindOf(after)];
  if (verdict.decision === "unknown") return null;
  if (verdict.decision === "vacuous") return "vacuous, but the assumption is true here";
  if (verdict.decision === "always-errors") return to === "allow" ? "always-errors, but allow" : null;
  if (from === to) return null;
  const lists = (...changes: ErrorChange[]): boolean =>
    changes.some((change) => verdict.errors.includes(change) || verdict.overlap.includes(change));
  const decides = (...decisions: string[]): boolean => decisions.includes(verdict.decision);
  const explained =
    from === "error" || to === "error"
      ? lists(`${from}->${to}` as ErrorChange) || verdict.bothMayRaise // one of the two is an error
      : from === "allow"
        ? decides("tighter", "incomparable") || lists("error->deny", "allow->error")
        : decides("looser", "incomparable") || verdict.errors.includes("error->allow");
  return explained ? null : `${[verdict.decision, ...verdict.errors].join(" ")}, but ${from} became ${to}`;
}
