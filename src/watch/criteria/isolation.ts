import type { Cause, Judgement } from "./criterion.ts";
import { eachLack } from "./seen.ts";
import type { Watched } from "./watched.ts";
import type { TestEvidence } from "../test-results.ts";

/**
 * No role without privileges reads rows of another tenant; by the newest attack since the change. A role without a grant
 * and a relation without rows show nothing. Results of the project's isolation tests, where the config names them, have
 * to be evidence too: they cannot replace the attack, since they ran where the project ran them.
 */
export function isolationCriterion({ seen, tests = null }: Watched): Judgement {
  const newest = seen.after.isolation;
  const { statements = 0, held = 0, breaches = [], unsettled = 0 } = newest ?? {};
  const lacks = eachLack(newest?.lacks ?? []);
  const state =
    breaches.length > 0 || tests?.kind === "failed"
      ? "failed"
      : lacks.length > 0 || tests?.kind === "refused" || (newest && (held === 0 || unsettled > 0))
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
      ...(tests === null || tests.kind === "accepted" ? [] : [testsCause(tests)]),
    ],
    notes: tests?.kind === "accepted" ? [testsCause(tests)] : [],
    lacks,
  };
}

function testsCause(tests: TestEvidence): Cause {
  switch (tests.kind) {
    case "accepted":
      return { cause: "tests accepted", roles: tests.roles, count: tests.cases };
    case "failed":
      return { cause: "tests failed", count: tests.failed, of: tests.cases };
    case "refused":
      return { cause: "tests refused", because: tests.because, roles: tests.roles };
  }
}
