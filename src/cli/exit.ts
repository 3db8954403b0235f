import type { PlanProof } from "../pipeline/prove-plan.ts";
import type { CallRehearsal, Rehearsal } from "../rehearse/index.ts";
import type { TestsCleanup } from "../pipeline/tests-result.ts";
import type { ToolErrorKind } from "../errors.ts";
import type { Step } from "../playbook/index.ts";
import type { Gate } from "../watch/index.ts";

/** Exit codes (DESIGN §6). */
export const EXIT = {
  fine: 0,
  findings: 1,
  usage: 2,
  notProven: 3,
  environment: 4,
  bug: 70,
  interrupted: 130,
  /** 128 + SIGPIPE: the reader of the output has closed it */
  closedPipe: 141,
} as const;

export const exitCodeOf: Record<ToolErrorKind, number> = {
  usage: EXIT.usage,
  config: EXIT.usage,
  "open-decision": EXIT.notProven,
  "not-proven": EXIT.notProven,
  environment: EXIT.environment,
  bug: EXIT.bug,
};

/**
 * 3 where rows of another tenant come into reach, or where all that was compared is as the plan says but not all was; 1
 * where something else is not as it says.
 */
export function exitOfRehearsal({ passed, access, notCompared, readsLeft, stepsLeft }: Rehearsal): number {
  if (access && access.opened.length > 0) return EXIT.notProven;
  const asPlanned = access !== null && access.unannounced === 0 && readsLeft === 0 && stepsLeft === 0;
  if (asPlanned && notCompared.some(({ accepted }) => accepted === null)) return EXIT.notProven;
  return passed ? EXIT.fine : EXIT.findings;
}

/**
 * 3 where a call with values of another tenant answers that raised before, or where all that was compared is as announced
 * but not all was; 1 where something else is not as announced.
 */
export function exitOfCalls({ opened, unannounced, passed }: CallRehearsal): number {
  if (passed) return EXIT.fine;
  return opened === 0 && unannounced > 0 ? EXIT.findings : EXIT.notProven;
}

/** As the rehearsal ends; without one, 3 where the proof compared nothing, for no role holds a privilege. */
export const exitOfPlan = ({ nothingGranted }: PlanProof, rehearsal: Rehearsal | null): number =>
  rehearsal ? exitOfRehearsal(rehearsal) : nothingGranted ? EXIT.notProven : EXIT.fine;

/**
 * 3 where something is left to a person, where a test calls a function that the database does not have or fails after the
 * move, where parts go that rest on what was not run (mutants of some policies, emitted tests), or where no variable is
 * mapped.
 */
export function exitOfTests(
  { kept, failing, missing, removed, restsOnEmitted, suite }: TestsCleanup,
  mapped: number,
): number {
  // what the config has decided rests on no run
  const hasJudged = removed.some(({ decided }) => decided === null);
  const isPartial = suite.kind === "run" && hasJudged && suite.weakened < suite.policies;
  const isLeft = kept.length > 0 || failing.length > 0 || missing.length > 0 || restsOnEmitted.parts > 0;
  return mapped === 0 || isLeft || isPartial ? EXIT.notProven : EXIT.fine;
}

/** 1 where a criterion failed, and 3 where the gate is inconclusive. */
export const exitOfGate = ({ outcome }: Gate): number =>
  outcome === "passed" ? EXIT.fine : outcome === "failed" ? EXIT.findings : EXIT.notProven;

/**
 * Of one step, or of all: 0 where it is done or waived, 1 where it failed or is stale, or the evidence has faults, and 3
 * otherwise. Without a step that is asked for, what is not done yet is no finding.
 */
export function exitOfStatus(steps: readonly Step[], faults: number, asked: string | null): number {
  const of = asked === null ? steps : steps.filter(({ id }) => id === asked);
  if (faults > 0 || of.some(({ state }) => state.kind === "failed" || state.kind === "stale")) return EXIT.findings;
  const isOver = of.every(({ state }) => state.kind === "done" || state.kind === "waived");
  return isOver || asked === null ? EXIT.fine : EXIT.notProven;
}
