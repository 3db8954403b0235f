/** What a gate asks; one file each. */
export const CRITERIA = [
  "time",
  "denials",
  "filtering",
  "claims",
  "isolation",
  "speed",
  "objects",
  "coverage",
] as const;

export type CriterionName = (typeof CRITERIA)[number];
