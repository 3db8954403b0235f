import { groupBy } from "../../pg/group-by.ts";
import type { NameKey } from "../../pg/name.ts";
import type { PolicyId } from "../../pg/policy.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import type { InferredContext } from "./inferred.ts";

/** A policy that itself reads a variable and no claim, or a function through which policies do: the user decides. */
export type SessionOnlyQuestion =
  | { kind: "function"; name: NameKey; settings: string[]; policies: PolicyId[] }
  | { kind: "policy"; policy: ClassifiedPolicy; settings: string[] };

/**
 * The questions under `sessionOnly`, functions first. Policies that never allow a row need no decision, and flags have
 * one of their own.
 */
export function sessionOnlyQuestions(
  inferred: InferredContext,
  classified: readonly ClassifiedPolicy[],
): SessionOnlyQuestion[] {
  const flags = new Set(inferred.flags.map(({ setting }) => setting));
  const live = classified.filter((policy) => !(policy.policy.permissive && policy.idioms.includes("constant-false")));
  const undecided = live.flatMap((policy) =>
    policy.reads.flatMap((read) =>
      !read.hasClaimFallback && !flags.has(read.setting)
        ? [{ policy, setting: read.setting, through: read.through.at(-1) }]
        : [],
    ),
  );
  const settingsOf = (uses: typeof undecided): string[] => [...new Set(uses.map(({ setting }) => setting))];
  const through = undecided.flatMap((use) => (use.through === undefined ? [] : [{ ...use, through: use.through }]));
  return [
    ...[...groupBy(through, (use) => use.through)].map(([name, uses]): SessionOnlyQuestion => ({
      kind: "function",
      name,
      settings: settingsOf(uses),
      policies: [...new Set(uses.map(({ policy }) => policy.id))],
    })),
    ...[
      ...groupBy(
        undecided.filter((use) => use.through === undefined),
        ({ policy }) => policy,
      ),
    ].map(([policy, uses]): SessionOnlyQuestion => ({ kind: "policy", policy, settings: settingsOf(uses) })),
  ];
}
