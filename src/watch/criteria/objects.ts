import { eachLack, readingsOf, samplesOfKind, type Judgement, type Watched } from "./criterion.ts";

/** The objects of the plan, and what surrounds them, are as they were left; by the newest sample. */
export function objectsCriterion({ samples }: Watched): Judgement {
  const newest = readingsOf(samplesOfKind(samples, "after"), "objects").at(-1);
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
