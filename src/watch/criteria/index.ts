/** What the samples of a target say, one criterion a file. */
import type { CriterionName } from "../../gate-criteria.ts";
import { claimsCriterion } from "./claims.ts";
import { coverageCriterion } from "./coverage.ts";
import type { Judgement } from "./criterion.ts";
import { denialsCriterion, PLANTED } from "./denials.ts";
import { filteringCriterion } from "./filtering.ts";
import { isolationCriterion } from "./isolation.ts";
import { objectsCriterion } from "./objects.ts";
import { speedCriterion } from "./speed.ts";
import { timeCriterion } from "./time.ts";
import type { Watched } from "./watched.ts";

export { PLANTED };
export { PLANTS } from "./plant.ts";
export { boundOf } from "./criterion.ts";
export { addSample, nothingSeen, seenOf, type Seen, type Watched } from "./watched.ts";
export type { CriterionName } from "../../gate-criteria.ts";
export type { Cause, CriterionState, GateLimits, Judgement, PlanFacts } from "./criterion.ts";

/** All criteria, each with what judges it. */
export const CRITERIA: Record<CriterionName, (watched: Watched) => Judgement> = {
  time: timeCriterion,
  denials: denialsCriterion,
  filtering: filteringCriterion,
  claims: claimsCriterion,
  isolation: isolationCriterion,
  speed: speedCriterion,
  objects: objectsCriterion,
  coverage: coverageCriterion,
};
