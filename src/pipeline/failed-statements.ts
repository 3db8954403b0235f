import type { ObjectChange } from "../prove/index.ts";
import type { ReplayFailure } from "../scratch/index.ts";
import type { Source } from "./source.ts";

/** Statements that decide nothing about access: rows, comments, indexes. */
const HARMLESS = /^\s*(?:insert|update|delete|comment|analyze|create\s+(?:unique\s+)?index|refresh)\b/i;

/** Statements of a source's files that failed in its scratch database, and that may decide who reaches what. */
export const failedStatements = (source: Source | null): ReplayFailure[] =>
  source?.origin.kind === "migrations"
    ? source.origin.report.failures.filter(({ firstLine }) => !HARMLESS.test(firstLine))
    : [];

/**
 * What failed on one side and not on the other: the catalogs do not show what it would have changed. The same statement
 * with the same error on both sides is no difference.
 */
export function compareFailed(before: Source | null, after: Source | null): ObjectChange[] {
  const [first, second] = [failedStatements(before), failedStatements(after)];
  const without = (all: readonly ReplayFailure[], others: readonly ReplayFailure[]): ReplayFailure[] =>
    all.filter((one) => !others.some(({ digest, sqlstate }) => digest === one.digest && sqlstate === one.sqlstate));
  return [
    ...without(first, second).map((one) => changeOf("before", one)),
    ...without(second, first).map((one) => changeOf("after", one)),
  ];
}

const changeOf = (side: "before" | "after", failure: ReplayFailure): ObjectChange => ({
  effect: "cannot be told",
  kind: "statement",
  name: `${failure.file}:${failure.line}`,
  roles: [],
  why: {
    kind: "failed",
    side,
    statement: failure.firstLine,
    error: `it failed on the side ${side} (${failure.sqlstate} ${failure.message})`,
    unreliable: failure.unreliable,
  },
});
