import { eachLack, readingsOf, samplesOfKind, type Cause, type Judgement, type Watched } from "./criterion.ts";

/**
 * Every request carries the claims that policies read, by the recorder; members of auth.users have them, by the claims
 * audit. Requests of `anon`, and those with an opaque key in place of a token, have none by design.
 */
export function claimsCriterion({ samples, limits }: Watched): Judgement {
  const after = samplesOfKind(samples, "after");
  const recorded = readingsOf(after, "requests");
  const audit = readingsOf(after, "claims").at(-1);
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
  if (audit && audit.withoutClaims > 0)
    causes.push({ cause: "member without claims", count: audit.withoutClaims, of: audit.members });
  if (audit && audit.disagreeing > 0)
    causes.push({ cause: "claims disagree", count: audit.disagreeing, of: audit.members });
  const lacks = eachLack(
    recorded.length === 0 && !audit
      ? [{ lack: "not installed", what: "recorder" }]
      : [...recorded.flatMap((one) => one.lacks), ...(audit?.lacks ?? [])],
  );
  const wanted = Math.ceil(3 / limits.share);
  return {
    criterion: "claims",
    state:
      causes.length > 0
        ? "failed"
        : lacks.length > 0 || recorded.length === 0
          ? "cannot be told"
          : n >= wanted
            ? "passed"
            : "not enough yet",
    n,
    k,
    wanted,
    causes,
    notes: [],
    lacks,
  };
}
