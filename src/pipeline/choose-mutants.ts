import { relationKey } from "../pg/name.ts";
import type { PolicyMutant } from "../verify/index.ts";

/** Kinds from the one that most tests notice. */
const KINDS: readonly PolicyMutant["kind"][] = [
  "using true",
  "check true",
  "dropped",
  "tenant conjunct removed",
  "roles widened",
  "check removed",
  "made permissive",
  "made restrictive",
];

/**
 * A bounded number of mutants: one of every policy first, in turn by relation; then a second one of every policy, and so
 * on. `weights`: how many cases each relation matters to; those that matter to most come first.
 */
export function chooseMutants(
  all: readonly PolicyMutant[],
  most: number,
  weights: ReadonlyMap<string, number>,
): PolicyMutant[] {
  const byPolicy = new Map<string, PolicyMutant[]>();
  for (const one of all) byPolicy.set(one.policy, [...(byPolicy.get(one.policy) ?? []), one]);
  const turns = new Map<string, number>();
  const ranked = [...byPolicy.values()].flatMap((own) => {
    const relation = own[0] ? relationKey(own[0].original) : "";
    const turn = turns.get(relation) ?? 0;
    turns.set(relation, turn + 1);
    const weight = -(weights.get(relation) ?? 0);
    return own
      .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind))
      .map((mutant, round) => ({ mutant, rank: [round, turn, weight] }));
  });
  return ranked
    .toSorted((a, b) => compare(a.rank, b.rank))
    .slice(0, most)
    .map(({ mutant }) => mutant);
}

const compare = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, n) => value !== b[n]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};
