import type { ClassifiedPolicy } from "../classify.ts";
import type { ConfigAnswers } from "./config-answers.ts";
import type { InferredVariable } from "./inferred.ts";

/**
 * False if the answers leave nothing that a claim would have to replace: each policy that reads the variable is kept or
 * dropped as a whole, or reads it through functions that are kept.
 */
export function needsClaim(
  { setting }: InferredVariable,
  classified: readonly ClassifiedPolicy[],
  { decisions, functions = {} }: ConfigAnswers,
): boolean {
  const readers = classified.filter(({ reads }) => reads.some((read) => read.setting === setting));
  return (
    readers.length === 0 ||
    !readers.every(({ id, policy, reads }) => {
      const decision = decisions[id]?.decision;
      if (decision === "keep" || (decision === "rpc-only" && policy.command !== "ALL")) return true;
      return reads
        .filter((read) => read.setting === setting)
        .every(({ through }) => {
          const reader = through.at(-1);
          return reader !== undefined && functions[reader]?.decision === "keep";
        });
    })
  );
}
