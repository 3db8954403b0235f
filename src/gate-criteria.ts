/** What a gate asks, in the order in which it is reported; one file each in watch/criteria/. */
export const GATE_CRITERIA = [
  "time",
  "denials",
  "filtering",
  "claims",
  "isolation",
  "speed",
  "objects",
  "coverage",
] as const;

/** The name of a criterion of the gate. */
export type CriterionName = (typeof GATE_CRITERIA)[number];
