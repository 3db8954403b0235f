import type { Judgement } from "./criterion.ts";
import { lacksOf } from "./seen.ts";
import type { Watched } from "./watched.ts";

/**
 * Every request carries the claims that policies read, by the recorder. Requests of `anon`, and those with an opaque key in place of a token, have none by design.
 */
export function claimsCriterion({ seen: { after }, limits }: Watched): Judgement {
  const { n, missing } = after.requests;
  const lacks = lacksOf(after, "requests");
  const wanted = Math.ceil(3 / limits.share);
  return {
    criterion: "claims",
    state:
      missing.size > 0 ? "failed" : lacks.length > 0 ? "cannot be told" : n >= wanted ? "passed" : "not enough yet",
    n,
    k: [...missing.values()].reduce((sum, { count }) => sum + count, 0),
    wanted,
    causes: [...missing.values()].map((one) => ({ cause: "request without claim", ...one, of: n })),
    notes: [],
    lacks,
  };
}
