import type { Line } from "../evidence/index.ts";
import type { Present } from "./present.ts";
import { rulesFor, type Rule } from "./rules.ts";
import type { Settled, State, Step, StepId } from "./step.ts";

/**
 * Where the playbook stands: each step with its state, by the evidence and by what is there now. Pure: the same evidence
 * and the same project give the same answer, and nothing is stored.
 */
export function statusOf(lines: readonly Line[], present: Present): Step[] {
  const rules = rulesFor(present.targets);
  const settled = new Map(rules.map((rule) => [rule.id, waivedOr(rule, lines, present)]));
  const isOver = (id: StepId): boolean => ["done", "waived"].includes(settled.get(id)?.kind ?? "open");
  return rules.map((rule): Step => {
    const one = settled.get(rule.id) ?? { kind: "open" };
    const by = rule.needs.filter((id) => settled.has(id) && !isOver(id));
    const line = one.kind === "open" ? null : one.line;
    return {
      id: rule.id,
      name: rule.name,
      phase: rule.phase,
      state: stateOf(one, by),
      command: rule.command,
      isAttested: rule.isAttested,
      evidence: line && { hash: line.hash, at: line.at, by: line.by, note: noteOf(line) },
    };
  });
}

function waivedOr(rule: Rule, lines: readonly Line[], present: Present): Settled {
  const settled = rule.settled(lines, present);
  if (settled.kind === "done") return settled;
  const waiver = lines.findLast(
    ({ fact }) => fact.kind === "attestation" && fact.step === rule.id && fact.waived === true,
  );
  // a waiver is for the plan that it was given for
  const counts = waiver && (waiver.subject.plan === null || waiver.subject.plan === present.plan?.hash);
  return counts ? { kind: "waived", line: waiver } : settled;
}

function stateOf(settled: Settled, by: StepId[]): State {
  switch (settled.kind) {
    case "done":
    case "waived":
      return { kind: settled.kind };
    case "failed":
      return { kind: "failed", isUntold: false };
    case "cannot be told":
      return { kind: "failed", isUntold: true };
    case "stale":
      return { kind: "stale", because: settled.because };
    case "open":
      return by.length === 0 ? { kind: "next" } : { kind: "blocked", by };
  }
}

const noteOf = ({ fact }: Line): string | null => (fact.kind === "attestation" ? fact.note : null);

/**
 * The step whose command comes next: the first that failed or is stale and that nothing stands before, else the first
 * open one; null: all is done.
 */
export const nextStep = (steps: readonly Step[]): Step | null =>
  steps.find(({ state }) => state.kind === "failed" || state.kind === "stale") ??
  steps.find(({ state, isAttested }) => state.kind === "next" && !isAttested) ??
  steps.find(({ state }) => state.kind === "next") ??
  null;
