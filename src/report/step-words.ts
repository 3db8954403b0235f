import type { Phase, Stale, Step, StepName } from "../playbook/index.ts";

/** What each step of the playbook is, in words. */
export const STEP_WORDS: Record<StepName, string> = {
  config: "the config says which variable holds which claim",
  "claims-sync": "claims follow the rows that they are copied from",
  "claims-filled": "every user has the claims",
  "existing-tests": "the existing tests pass",
  stakeholders: "stakeholders agree",
  capacity: "people have the time to watch it",
  plan: "the migration is planned and nothing is open",
  proof: "the proof holds, or a person accepts what it shows",
  rehearsal: "the migration was rehearsed, there and back",
  "local-run": "the attack on a local database finds no breach",
  types: "generated types are up to date",
  tests: "isolation tests are written",
  approval: "people have approved the plan",
  impact: "no user loses or gains rows",
  apply: "the plan is in force",
  watch: "watched for as long as the gate asks",
  gate: "the gate has passed",
  "clean-up-sql": "functions and defaults are planned without the variable",
  "clean-up-applied": "the clean-up of SQL is in force",
  "clean-up-code": "application code does not set the variable",
  "clean-up-tests": "tests do not exercise the variable",
  "clean-up-guards": "hooks, scanners and lint rules do not ask for it",
  documents: "documents describe the new pattern",
  training: "the team is trained",
  "post-mortem": "what was learned is written down",
};

export const phaseWords = (phase: Phase): string =>
  phase.kind === "target" ? (phase.target === "" ? "targets" : phase.target) : phase.kind;

const STALE: Record<Stale, string> = {
  "another plan": "its evidence is for another plan",
  "other migrations": "the migrations have changed since",
  "taken back": "it was taken back",
  "the target has changed": "objects of the target are not as apply left them",
};

/** `blocked by plan`, `done 2026-11-30, Ada <ada@example.org>`. */
export function stateWords({ state, evidence }: Step): string {
  switch (state.kind) {
    case "blocked":
      return `waits for ${state.by.join(", ")}`;
    case "stale":
      return STALE[state.because];
    case "failed":
      return state.isUntold ? "it could not be told" : "it failed";
    case "next":
      return "";
    default:
      return evidence ? `${evidence.at.slice(0, 10)}${evidence.by === null ? "" : `, ${evidence.by}`}` : "";
  }
}

/** Steps in their phases, in order. */
export function byPhase(steps: readonly Step[]): { phase: string; steps: Step[] }[] {
  const groups: { phase: string; steps: Step[] }[] = [];
  for (const step of steps) {
    const phase = phaseWords(step.phase);
    const last = groups.at(-1);
    if (last?.phase === phase) last.steps.push(step);
    else groups.push({ phase, steps: [step] });
  }
  return groups;
}
