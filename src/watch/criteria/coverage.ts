import { concernedBy } from "./concerned.ts";
import { eachLack, readingsOf, samplesOfKind, type Cause, type Judgement, type Watched } from "./criterion.ts";
import { callsByTouched, summed, touchedKey } from "./statements.ts";

/** Every relation × command that the plan touches was used since: hours without traffic prove nothing about it. */
export function coverageCriterion({ samples, plan }: Watched): Judgement {
  const [before, after] = (["before", "after"] as const).map((kind) => callsByTouched(samplesOfKind(samples, kind)));
  const unused = plan.touched.filter((one) => (after?.get(touchedKey(one)) ?? 0) === 0);
  const without = withoutRowSecurity(samples);
  const readings = readingsOf(samplesOfKind(samples, "after"), "statements");
  const lacks = eachLack(readings.flatMap((one) => one.lacks).filter(({ lack }) => lack !== "counters lost"));
  return {
    criterion: "coverage",
    state:
      without.length > 0
        ? "failed"
        : plan.touched.length === 0 || (unused.length > 0 && (lacks.length > 0 || readings.length === 0))
          ? "cannot be told"
          : unused.length === 0
            ? "passed"
            : "not enough yet",
    n: plan.touched.length - unused.length,
    k: null,
    wanted: plan.touched.length,
    causes: [
      ...without,
      ...unused.map((one): Cause => ({ cause: "no traffic", ...one, before: (before?.get(touchedKey(one)) ?? 0) > 0 })),
    ],
    notes: [],
    lacks,
  };
}

/**
 * Roles that row security of a relation does not concern, and that made no request before the change: an application
 * that connects as one of them sees every tenant, whatever the policies say.
 */
function withoutRowSecurity(samples: Watched["samples"]): Cause[] {
  const [before, after] = (["before", "after"] as const).map((kind) => samplesOfKind(samples, kind));
  const isConcerned = concernedBy(samples);
  const known = new Set([...summed(before ?? []).values()].map(({ role }) => role));
  const calls = new Map<string, number>();
  for (const { role, relations, calls: n } of summed(after ?? []).values())
    if (!known.has(role) && relations.some((one) => !isConcerned(one, role)))
      calls.set(role, (calls.get(role) ?? 0) + n);
  return [...calls].map(([role, n]) => ({ cause: "no row security", role, calls: n }));
}
