import type { Judgement } from "./criterion.ts";
import type { Watched } from "./watched.ts";

/**
 * No role without privileges reads rows of another tenant; by the newest attack since the change. A role without a grant
 * and a relation without rows show nothing.
 */
export function isolationCriterion({ seen }: Watched): Judgement {
  const newest = seen.after.isolation;
  const { statements = 0, held = 0, breaches = [], unsettled = 0 } = newest ?? {};
  const lacks = newest?.lacks ?? [];
  const state =
    breaches.length > 0
      ? "failed"
      : lacks.length > 0 || (newest && (held === 0 || unsettled > 0))
        ? "cannot be told"
        : newest
          ? "passed"
          : "not enough yet";
  return {
    criterion: "isolation",
    state,
    n: held + breaches.length,
    k: breaches.length,
    wanted: null,
    causes: [
      ...breaches.map((one) => ({ cause: "breach" as const, ...one })),
      ...(unsettled > 0 ? [{ cause: "not settled" as const, count: unsettled, of: statements }] : []),
    ],
    notes: [],
    lacks,
  };
}
