import type { Judgement } from "./criterion.ts";
import { eachLack } from "./seen.ts";
import type { Watched } from "./watched.ts";

/** The objects of the plan, and what surrounds them, are as they were left; by the newest sample. */
export function objectsCriterion({ seen }: Watched): Judgement {
  const newest = seen.after.objects;
  const differences = newest?.differences ?? [];
  const lacks = eachLack(newest?.lacks ?? []);
  return {
    criterion: "objects",
    state:
      differences.length > 0 ? "failed" : lacks.length > 0 ? "cannot be told" : newest ? "passed" : "not enough yet",
    n: null,
    k: differences.length,
    wanted: null,
    causes: differences.map(({ relation, cause, object }) => ({ cause: "object", relation, object, change: cause })),
    notes: [],
    lacks,
  };
}
