import { eachLack, readingsOf, samplesOfKind, type Judgement, type Watched } from "./criterion.ts";
import { callsByTouched, touchedKey } from "./statements.ts";

/** Every relation × command that the plan touches was used since: hours without traffic prove nothing about it. */
export function coverageCriterion({ samples, plan }: Watched): Judgement {
  const [before, after] = (["before", "after"] as const).map((kind) => callsByTouched(samplesOfKind(samples, kind)));
  const unused = plan.touched.filter((one) => (after?.get(touchedKey(one)) ?? 0) === 0);
  const readings = readingsOf(samplesOfKind(samples, "after"), "statements");
  const lacks = eachLack(readings.flatMap((one) => one.lacks).filter(({ lack }) => lack !== "counters lost"));
  return {
    criterion: "coverage",
    state:
      unused.length === 0 ? "passed" : lacks.length > 0 || readings.length === 0 ? "cannot be told" : "not enough yet",
    n: plan.touched.length - unused.length,
    k: null,
    wanted: plan.touched.length,
    causes: unused.map((one) => ({ cause: "no traffic", ...one, before: (before?.get(touchedKey(one)) ?? 0) > 0 })),
    notes: [],
    lacks,
  };
}
