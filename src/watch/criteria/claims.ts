import { eachLack, readingsOf, samplesOfKind, type Cause, type Judgement, type Watched } from "./criterion.ts";
import type { AuditReading } from "../sample.ts";

/**
 * Every request carries the claims that policies read, by the recorder. Requests of `anon`, those of roles that row
 * security does not concern, and those with an opaque key in place of a token, have none by design. A request whose token
 * was issued before the change says nothing of the tokens that are issued now: it counts only where it lacks a claim.
 * Users without requests are seen by the audit of the claims that are stored for them. It can fail the criterion, and
 * not pass it: a claim that is stored is in no token yet.
 */
export function claimsCriterion({ samples, limits }: Watched): Judgement {
  const after = samplesOfKind(samples, "after");
  const recorded = readingsOf(after, "requests");
  const causes: Cause[] = [];
  let n = 0;
  let all = 0;
  let k = 0;
  const exempt = new Set(["anon", ...(samples.at(-1)?.server.bypassing ?? [])]);
  const missing = new Map<string, { role: string; claim: string; count: number }>();
  for (const hour of recorded.flatMap(({ hours }) => hours)) {
    if (exempt.has(hour.role)) continue;
    all += hour.requests - hour.keys;
    n += Math.max(0, hour.requests - hour.keys - hour.stale);
    for (const [claim, count] of Object.entries(hour.without)) {
      if (count === 0) continue;
      k += count;
      const key = `${hour.role} ${claim}`;
      missing.set(key, { role: hour.role, claim, count: count + (missing.get(key)?.count ?? 0) });
    }
  }
  for (const one of missing.values()) causes.push({ cause: "request without claim", ...one, of: all });
  const newest = recorded.at(-1);
  const stale = (newest?.hours ?? []).flatMap(({ role, stale: count, requests, keys }): Cause[] =>
    count > 0 && !exempt.has(role) ? [{ cause: "stale token", role, count, of: requests - keys }] : [],
  );
  const audit = readingsOf(after, "audit").at(-1);
  const stored = storedCauses(audit?.members ?? null);
  causes.push(...stored.filter(({ state }) => state !== "ambiguous"));
  // what a person has to look at, and what the audit did not see, do not decide
  const notes = stored.filter(({ state }) => state === "ambiguous");
  const lacks = eachLack([
    ...recorded.flatMap((one) => one.lacks),
    ...(newest && newest.lacks.length === 0 && newest.ages !== true
      ? [{ lack: "nothing before" as const, what: "rlsmith_recorder.applied_at" }]
      : []),
  ]);
  const wanted = Math.ceil(3 / limits.share);
  return {
    criterion: "claims",
    state:
      causes.length > 0
        ? "failed"
        : lacks.length > 0
          ? "cannot be told"
          : n >= wanted && stale.length === 0
            ? "passed"
            : "not enough yet",
    n,
    k,
    wanted,
    causes: [...causes, ...stale],
    notes,
    lacks: eachLack([...lacks, ...(audit?.lacks ?? [])]),
  };
}

const STATES = ["missing", "stale", "orphaned", "ambiguous"] as const;

/** The states of members that are not as they should be, each with its number. */
function storedCauses(members: AuditReading["members"]): Extract<Cause, { cause: "stored claims" }>[] {
  if (members === null) return [];
  const of = Object.values(members).reduce((sum, n) => sum + n, 0);
  return STATES.flatMap((state) =>
    members[state] > 0 ? [{ cause: "stored claims" as const, state, count: members[state], of }] : [],
  );
}
