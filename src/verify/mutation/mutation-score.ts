import type { PolicyMutant } from "./mutants.ts";
import type { MutantOutcome, Survivor } from "./mutation.ts";

/** The results of the mutants of one kind, or of all. */
export interface MutationCounts {
  mutants: number;
  noticed: number;
  /** proved equivalent to the policy: no statement can notice them */
  equivalent: number;
  /** mutants that a statement could have noticed, and those that are not proved to be either */
  survived: number;
}

/** A mutation check, counted. */
export interface MutationScore {
  /** in the order of the kinds */
  kinds: Map<PolicyMutant["kind"], MutationCounts>;
  all: MutationCounts;
  /** the share of noticed mutants among those that can be noticed, from 0 to 1; 1 if there are none */
  killed: number;
  survivors: { mutant: PolicyMutant; survivor: Exclude<Survivor, { kind: "equivalent" }> }[];
}

/** Count the results of mutants. */
export function mutationScore(outcomes: readonly MutantOutcome[]): MutationScore {
  const none = (): MutationCounts => ({ mutants: 0, noticed: 0, equivalent: 0, survived: 0 });
  const kinds: MutationScore["kinds"] = new Map();
  const survivors: MutationScore["survivors"] = [];
  const all = none();
  for (const { mutant, survivor } of outcomes) {
    const counts = kinds.get(mutant.kind) ?? none();
    kinds.set(mutant.kind, counts);
    const became = survivor === null ? "noticed" : survivor.kind === "equivalent" ? "equivalent" : "survived";
    for (const each of [counts, all]) {
      each.mutants += 1;
      each[became] += 1;
    }
    if (survivor !== null && survivor.kind !== "equivalent") survivors.push({ mutant, survivor });
  }
  const notable = all.noticed + all.survived;
  return { kinds, all, killed: notable === 0 ? 1 : all.noticed / notable, survivors };
}
