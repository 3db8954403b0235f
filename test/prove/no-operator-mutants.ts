import type { Mutant } from "./mutants.ts";

/** Wrong provers that find no operator where PostgreSQL finds one, or no handler where there is one. */
export const NO_OPERATOR_MUTANTS: readonly Omit<Mutant, "cases">[] = [
  {
    id: "no-operator-despite-cast",
    title: "a cast that somebody made changes nothing about which operators there are",
    file: "encode/no-operator.ts",
    find: 'context === "implicit"',
    replace: "context === null",
    noticedBy: [
      "a cast from text to uuid that somebody made implicit, for a comparison that has no operator without it",
    ],
  },
];
