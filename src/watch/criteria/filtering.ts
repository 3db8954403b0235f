import { ownersLacks } from "./concerned.ts";
import type { Cause, Judgement, PlanFacts } from "./criterion.ts";
import { filteredIn, filteredKey, pairsOf, showsLoss, type Pair } from "./filtered.ts";
import { concerned } from "./statements.ts";
import { lastingLacks, type Seen, type Watched } from "./watched.ts";

/**
 * Statements that returned or changed rows before still do. A row that a policy filters leaves no message, so only the
 * counts show it: those of the statement where the client reports them, else (PostgREST wraps its statements) those of
 * the table against the calls that write to it. Wrapped reads return one row whatever they find, and the counters of a
 * table do not help: a sequential scan counts rows before row security filters them. So they are not seen.
 */
export function filteringCriterion({ seen, plan, limits }: Watched): Judgement {
  const pairs = pairsOf(seen.before, seen.after);
  const found = filteredIn(pairs).map((one) => [filteredKey(one), one] as const);
  // one for each statement or table; that of all samples together before that of one
  const causes = [...new Map([...seen.filtered, ...found]).values()];
  const n = pairs.reduce((sum, pair) => sum + (showsLoss(pair) ? pair.after.calls : 0), 0);
  const wanted = Math.ceil(3 / limits.share);
  const unseen = readsNotSeen(seen, plan.touched, pairs);
  const owners = ownersLacks(seen.after);
  const lacks = [...lastingLacks(seen), ...owners];
  return {
    criterion: "filtering",
    state:
      causes.length > 0
        ? "failed"
        : unseen.length > 0 || owners.length > 0
          ? "cannot be told"
          : n >= wanted
            ? "passed"
            : lacks.length > 0
              ? "cannot be told"
              : "not enough yet",
    n,
    k: causes.length,
    wanted,
    causes: [...causes, ...unseen],
    notes: [],
    lacks,
  };
}

/** Reads of a relation by a role that read it before, and none of whose statements that read it report their rows. */
function readsNotSeen(
  { before, after }: Seen,
  touched: PlanFacts["touched"],
  pairs: readonly Pair[],
): Extract<Cause, { cause: "rows not seen" }>[] {
  const seen = new Set(
    pairs.flatMap(({ reads, role, before: was }) => (was.rows > 0 ? reads.map((one) => `${one} ${role}`) : [])),
  );
  const known = new Set(
    [...concerned(before).values()].flatMap(({ role, touched: of }) =>
      of.flatMap(({ relation, command }) => (command === "SELECT" ? [`${relation} ${role}`] : [])),
    ),
  );
  const unseen = new Map<string, Extract<Cause, { cause: "rows not seen" }>>();
  for (const { rowsAreReal, role, calls, touched: of } of concerned(after).values())
    for (const { relation, command } of of) {
      const key = `${relation} ${role}`;
      const isAsked = touched.some((one) => one.relation === relation && one.command === "SELECT");
      if (rowsAreReal || command !== "SELECT" || !isAsked || seen.has(key) || !known.has(key)) continue;
      unseen.set(key, { cause: "rows not seen", relation, role, calls: calls + (unseen.get(key)?.calls ?? 0) });
    }
  return [...unseen.values()];
}
