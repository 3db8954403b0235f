import type { NameKey } from "../pg/name.ts";
import { relationKey } from "../pg/name.ts";
import type { Plan } from "../plan/index.ts";
import type { AccessReport } from "./access.ts";

/** What the rehearsal of a plan could not compare, so that a tick would say nothing of it. */
export type NotCompared =
  /** there was no statement to run */
  | { kind: "no statements"; relation: null }
  /** a relation that the plan touches has no rows; `reason`: what PostgreSQL said to the row */
  | { kind: "not filled"; relation: NameKey; reason: string }
  /** every statement on a relation that the plan touches raised an error, before and after */
  | { kind: "only errors"; relation: NameKey; sqlstates: string[] };

/** What was not compared, of the relations whose policies the plan changes. */
export function notCompared(access: AccessReport, plan: Plan): NotCompared[] {
  const touched = new Set<NameKey>(
    plan.policies
      .filter(({ outcome }) => outcome !== "kept" && outcome !== "unchanged")
      .map(({ before }) => relationKey(before)),
  );
  if (touched.size === 0) return [];
  if (access.cells === 0) return [{ kind: "no statements", relation: null }];
  return [
    ...access.relations.notFilled
      .filter((missing) => touched.has(relationKey(missing)))
      .map(({ reason, ...missing }) => ({ kind: "not filled" as const, relation: relationKey(missing), reason })),
    ...access.onlyErrors
      .filter(({ relation }) => touched.has(relation))
      .map(({ relation, sqlstates }) => ({ kind: "only errors" as const, relation, sqlstates })),
  ];
}
