import type { Cause, Judgement } from "./criterion.ts";
import { eachLack, lacksOf } from "./seen.ts";
import type { Watched } from "./watched.ts";
import type { AuditReading } from "../sample.ts";

/**
 * Every request carries the claims that policies read, by the recorder. Requests of `anon`, those of roles that row
 * security does not concern, and those with an opaque key in place of a token, have none by design. A request whose token
 * was issued before the change says nothing of the tokens that are issued now: it counts only where it lacks a claim.
 * Users without requests are seen by the audit of the claims that are stored for them. It can fail the criterion, and
 * not pass it: a claim that is stored is in no token yet.
 */
export function claimsCriterion({ seen: { after }, limits }: Watched): Judgement {
  const exempt = new Set(["anon", ...after.bypassing]);
  const roles = [...after.requests.roles].flatMap(([role, sum]) => (exempt.has(role) ? [] : [sum]));
  const missing = [...after.requests.missing.values()].filter(({ role }) => !exempt.has(role));
  const of = roles.reduce((sum, { all }) => sum + all, 0);
  const n = roles.reduce((sum, one) => sum + one.n, 0);
  const k = missing.reduce((sum, { count }) => sum + count, 0);
  const causes: Cause[] = missing.map((one) => ({ cause: "request without claim", ...one, of }));
  const newest = after.newestRequests;
  const stale = (newest?.hours ?? []).flatMap(({ role, stale: count, requests, keys }): Cause[] =>
    count > 0 && !exempt.has(role) ? [{ cause: "stale token", role, count, of: requests - keys }] : [],
  );
  const { audit } = after;
  const stored = storedCauses(audit?.members ?? null);
  causes.push(...stored.filter(({ state }) => state !== "ambiguous"));
  // what a person has to look at, and what the audit did not see, do not decide
  const notes = stored.filter(({ state }) => state === "ambiguous");
  const lacks = eachLack([
    ...lacksOf(after, "requests"),
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
