import type { Config } from "../config.ts";
import type { ReadLeft } from "../pipeline/reads-left.ts";
import type { RuleOffer } from "../pipeline/rule-offers.ts";
import type { Plan } from "../plan/index.ts";
import type { Rehearsal } from "../rehearse/index.ts";
import { planEndText, readsLeftText, type PlanEnd } from "../report/plan-end.ts";
import { coloursFor, say, sayAsIs } from "./terminal.ts";

/** What a plan has led to. */
export interface Ending {
  readsLeft: readonly ReadLeft[];
  offers: readonly RuleOffer[];
  rehearsal: Rehearsal | null;
  /** false for a dry run, or where there is nothing to write */
  writes: boolean;
}

/** Print what is left after a plan, what has become of it, and the next command. */
export function sayPlanEnd(plan: Plan, config: Config, ending: Ending): void {
  const left = readsLeftText(ending.readsLeft, coloursFor(process.stderr));
  if (left !== "") sayAsIs(left);
  say(planEndText(endOf(plan, config, ending)));
}

function endOf(plan: Plan, config: Config, { offers, rehearsal, writes }: Ending): PlanEnd {
  if (plan.steps.length === 0) return { kind: "nothing-to-do", plan, offers };
  if (rehearsal && !rehearsal.passed) return { kind: "not-passed" };
  return writes ? { kind: "written", target: Object.keys(config.targets)[0] ?? null } : { kind: "dry-run" };
}
