import { concernedBy, ownersLacks } from "./concerned.ts";
import type { Cause, Judgement } from "./criterion.ts";
import { lacksOf } from "./seen.ts";
import { callsByTouched, touchedKey } from "./statements.ts";
import type { Seen, Watched } from "./watched.ts";

/** Every relation × command that the plan touches was used since: hours without traffic prove nothing about it. */
export function coverageCriterion({ seen, plan }: Watched): Judgement {
  const [before, after] = [callsByTouched(seen.before), callsByTouched(seen.after)];
  const unused = plan.touched.filter((one) => (after.get(touchedKey(one)) ?? 0) === 0);
  const without = withoutRowSecurity(seen);
  const owners = ownersLacks(seen.after);
  const lacks = [...lacksOf(seen.after, "statements", ({ lack }) => lack !== "counters lost"), ...owners];
  const isRead = seen.after.sources.has("statements");
  return {
    criterion: "coverage",
    state:
      without.length > 0
        ? "failed"
        : plan.touched.length === 0 || owners.length > 0 || (unused.length > 0 && (lacks.length > 0 || !isRead))
          ? "cannot be told"
          : unused.length === 0
            ? "passed"
            : "not enough yet",
    n: plan.touched.length - unused.length,
    k: null,
    wanted: plan.touched.length,
    causes: [
      ...without,
      ...unused.map((one): Cause => ({ cause: "no traffic", ...one, before: (before.get(touchedKey(one)) ?? 0) > 0 })),
    ],
    notes: [],
    lacks,
  };
}

/**
 * Roles that row security of a relation does not concern, and that made no request before the change: an application
 * that connects as one of them sees every tenant, whatever the policies say.
 */
function withoutRowSecurity({ before, after }: Seen): Cause[] {
  const isConcerned = concernedBy({ bypassing: after.bypassing, owners: after.owners ?? before.owners });
  const known = new Set([...before.statements.values()].map(({ role }) => role));
  const calls = new Map<string, number>();
  for (const { role, relations, calls: n } of after.statements.values())
    if (!known.has(role) && relations.some((one) => !isConcerned(one, role)))
      calls.set(role, (calls.get(role) ?? 0) + n);
  return [...calls].map(([role, n]) => ({ cause: "no row security", role, calls: n }));
}
