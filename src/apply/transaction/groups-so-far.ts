import { ToolError, type GroupsSoFar } from "../../errors.ts";
import type { Transitioned } from "./transition.ts";

/** A run at the moment at which a group fails. */
export interface FailedRun {
  dryRun: boolean;
  /** the groups before it; in a dry run they were rolled back */
  done: readonly Transitioned[];
  failed: string;
  /** the names of the groups after it */
  remaining: readonly string[];
}

/** The error of a group, with what became of all groups of the run. */
export function withGroups(error: unknown, run: FailedRun): unknown {
  if (!(error instanceof ToolError)) return error;
  const groups = groupsSoFar(error, run);
  const { committed } = groups;
  const names = committed.map(({ group }) => group).join(", ");
  return new ToolError(
    error.kind,
    error.code,
    error.summary,
    committed.length === 0 ? error.hint : `${error.hint}; the same command continues with the remaining groups`,
    {
      cause: error,
      groups,
      list: [
        ...error.list,
        ...(committed.length === 0
          ? []
          : [
              `${committed.length === 1 ? "this group was" : "these groups were"} committed before and ${committed.length === 1 ? "stays" : "stay"}: ${names}`,
            ]),
      ],
    },
  );
}

function groupsSoFar({ code }: ToolError, { dryRun, done, failed, remaining }: FailedRun): GroupsSoFar {
  const isKnown = code !== "OUTCOME_NOT_KNOWN";
  return {
    committed: dryRun ? [] : done.map(({ group, entries }) => ({ group, entries })),
    notCommitted: [...(dryRun ? done.map(({ group }) => group) : []), ...(isKnown ? [failed] : []), ...remaining],
    notKnown: isKnown ? [] : [failed],
  };
}
