import { type Pattern, type PatternClass } from "./pattern.ts";

/** One test of a guard: it fails where all conditions hold. */
export interface Check {
  /** offset in the text that was given */
  at: number;
  conditions: readonly { pattern: Pattern; class: PatternClass; present: boolean }[];
  /** false: it is not certain when the guard fails */
  certain: boolean;
  /** what a pattern is compared with */
  scope: "line" | "statement" | "file";
}

export type CheckVerdict =
  /** it fails without the old pattern, or because of what takes its place */
  | "demands"
  /** it fails because of the old pattern: it guards the new state */
  | "forbids"
  /** it chooses what is looked at */
  | "neutral"
  | "other"
  | "unknown";

export function verdictOf({ conditions, certain }: Check): CheckVerdict {
  const classes = conditions.map((one) => one.class);
  if (conditions.length === 0 || classes.includes("unknown")) return "unknown";
  const told = conditions.filter((one) => one.class === "retired" || one.class === "drop" || one.class === "claims");
  // what both forms have and the guard demands, such as the claim, is a subject of its own
  if (told.length === 0)
    return classes.includes("other") || (certain && conditions.every((one) => !one.present)) ? "other" : "neutral";
  if (!certain) return "unknown";
  const demands = told.some((one) => (one.class === "retired" ? !one.present : one.present));
  if (demands) return "demands";
  return told.some((one) => one.class === "retired") ? "forbids" : "unknown";
}

/** The pattern because of which a check demands the old form. */
export const demandedBy = ({ conditions }: Check): string | undefined =>
  conditions.find(
    (one) =>
      (one.class === "retired" && !one.present) || ((one.class === "drop" || one.class === "claims") && one.present),
  )?.pattern.source;
