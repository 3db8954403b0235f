import type { ApplyResult, RollbackResult } from "../apply/index.ts";
import type { ClaimsReport } from "../claims/index.ts";
import type { Fact, Purpose } from "../evidence/index.ts";
import type { Impact } from "../impact/index.ts";
import { touchedRelations, type Plan } from "../plan/index.ts";
import type { Rehearsal } from "../rehearse/index.ts";
import type { Verification } from "../verify/index.ts";
import type { Gate } from "../watch/index.ts";
import type { PlanProof } from "./prove-plan.ts";

// What each command has found out, as counts for the evidence.

const counts = (tags: readonly string[]): Record<string, number> => {
  const by: Record<string, number> = {};
  for (const tag of tags) by[tag] = (by[tag] ?? 0) + 1;
  return by;
};

export const purposeOf = ({ purpose }: Pick<Plan, "purpose">): Purpose => purpose ?? "policies";

/** How many policies of a plan have each outcome. */
export const outcomesOf = ({ policies }: Pick<Plan, "policies">): Record<string, number> =>
  counts(policies.map(({ outcome }) => outcome));

export const planFact = (plan: Plan, proved: PlanProof | null, rehearsal: Rehearsal | null): Fact => ({
  kind: "plan",
  purpose: purposeOf(plan),
  policies: outcomesOf(plan),
  verdicts: counts(proved?.proof.access.map(({ decision }) => decision) ?? []),
  accepted: plan.accepted.length,
  rehearsal: rehearsal && statementsOf(rehearsal),
});

const statementsOf = ({ access }: Rehearsal): { statements: number; unannounced: number } => ({
  statements: access?.cells ?? 0,
  unannounced: access?.unannounced ?? 0,
});

export const rehearsalFact = (rehearsal: Rehearsal, purpose: Purpose): Fact => ({
  kind: "rehearsal",
  purpose,
  ...statementsOf(rehearsal),
});

export const verifyFact = (
  { ground, cells, breaches, settlement }: Pick<Verification, "ground" | "cells" | "breaches" | "settlement">,
  emitted: string | null,
): Fact => ({
  kind: "verify",
  source: ground === "scratch" ? "migrations" : "database",
  statements: cells,
  breaches: breaches.length,
  notSettled: settlement.triples - settlement.settled,
  emitted,
});

export const claimsFact = ({ readFrom, facts, findings }: ClaimsReport): Fact => ({
  kind: "claims",
  readFrom,
  members:
    facts.members?.kind === "known"
      ? Object.values(facts.members.value).reduce((sum, { total }) => sum + total, 0)
      : null,
  findings: counts(findings.filter(({ severity }) => severity !== "info").map(({ code }) => code)),
});

export const impactFact = ({ users, relations }: Impact): Fact => ({
  kind: "impact",
  users,
  changed: relations.filter(({ changes }) => changes.length > 0).length,
  untold: relations.filter(({ untold }) => untold.length > 0).length,
});

/**
 * `failed`: the code of the error with which it ended. `gateNotAsked`: why the gate of the target that comes first was not
 * asked; null: it was, or none comes first.
 */
export const applyFact = (
  plan: Plan,
  result: Pick<ApplyResult, "outcome"> | { failed: string },
  gateNotAsked: string | null,
): Fact => ({
  kind: "apply",
  purpose: purposeOf(plan),
  outcome: "failed" in result ? "failed" : result.outcome,
  relations: touchedRelations(plan).size,
  code: "failed" in result ? result.failed : null,
  ...(gateNotAsked === null ? {} : { gateNotAsked }),
});

export const rollbackFact = ({ outcome, undone }: RollbackResult): Fact => ({
  kind: "rollback",
  outcome,
  entries: undone.length,
});

export const gateFact = ({ outcome, judgements, samples }: Gate): Fact => ({
  kind: "gate",
  outcome,
  criteria: judgements.map(({ criterion, state, waived }) => ({ criterion, state, waivedBy: waived?.by ?? null })),
  samples,
});
