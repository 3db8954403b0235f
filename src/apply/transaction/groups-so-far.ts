import { internalError, ToolError, type ErrorCode, type GroupsSoFar } from "../../errors.ts";
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
export function withGroups(error: unknown, run: FailedRun): ToolError {
  if (!(error instanceof ToolError)) return internalError(error, groupsSoFar("INTERNAL_ERROR", run));
  const groups = groupsSoFar(error.code, run);
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

function groupsSoFar(code: ErrorCode, { dryRun, done, failed, remaining }: FailedRun): GroupsSoFar {
  // a bug in what is done with the result of a group comes after its COMMIT
  const isDone = done.some(({ group }) => group === failed);
  const isKnown = code !== "OUTCOME_NOT_KNOWN";
  return {
    committed: dryRun ? [] : done.map(({ group, entries }) => ({ group, entries })),
    notCommitted: [
      ...(dryRun ? done.map(({ group }) => group) : []),
      ...(isKnown && !isDone ? [failed] : []),
      ...remaining,
    ],
    notKnown: isKnown ? [] : [failed],
  };
}
