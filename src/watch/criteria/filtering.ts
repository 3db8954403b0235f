import type { Judgement } from "./criterion.ts";
import { filteredIn, filteredKey, pairsOf } from "./filtered.ts";
import { lastingLacks, type Watched } from "./watched.ts";

/**
 * Statements that returned or changed rows before still do. A row that a policy filters leaves no message, so only the
 * counts show it: those of the statement where the client reports them, else (PostgREST wraps its statements) those of
 * the table against the calls that write to it.
 */
export function filteringCriterion({ seen, limits }: Watched): Judgement {
  const pairs = pairsOf(seen.before, seen.after);
  const found = filteredIn(pairs).map((one) => [filteredKey(one), one] as const);
  // one for each statement or table; that of all samples together before that of one
  const causes = [...new Map([...seen.filtered, ...found]).values()];
  const n = pairs.reduce((sum, pair) => sum + (pair.before.rows > 0 ? pair.after.calls : 0), 0);
  const wanted = Math.ceil(3 / limits.share);
  const lacks = lastingLacks(seen);
  return {
    criterion: "filtering",
    state:
      causes.length > 0 ? "failed" : n >= wanted ? "passed" : lacks.length > 0 ? "cannot be told" : "not enough yet",
    n,
    k: causes.length,
    wanted,
    causes,
    notes: [],
    lacks,
  };
}
