import { eachLack, readingsOf, samplesOfKind, type Cause, type Judgement, type Watched } from "./criterion.ts";

/**
 * Every request carries the claims that policies read, by the recorder. Requests of `anon`, and those with an opaque key in place of a token, have none by design.
 */
export function claimsCriterion({ samples, limits }: Watched): Judgement {
  const after = samplesOfKind(samples, "after");
  const recorded = readingsOf(after, "requests");
  const causes: Cause[] = [];
  let n = 0;
  let k = 0;
  const missing = new Map<string, { role: string; claim: string; count: number }>();
  for (const hour of recorded.flatMap(({ hours }) => hours)) {
    if (hour.role === "anon") continue;
    n += hour.requests - hour.keys;
    for (const [claim, count] of Object.entries(hour.without)) {
      if (count === 0) continue;
      k += count;
      const key = `${hour.role} ${claim}`;
      missing.set(key, { role: hour.role, claim, count: count + (missing.get(key)?.count ?? 0) });
    }
  }
  for (const one of missing.values()) causes.push({ cause: "request without claim", ...one, of: n });
  const lacks = eachLack(recorded.flatMap((one) => one.lacks));
  const wanted = Math.ceil(3 / limits.share);
  return {
    criterion: "claims",
    state:
      causes.length > 0 ? "failed" : lacks.length > 0 ? "cannot be told" : n >= wanted ? "passed" : "not enough yet",
    n,
    k,
    wanted,
    causes,
    notes: [],
    lacks,
  };
}
