/** What the samples of a target say, one criterion a file. */
import { claimsCriterion } from "./claims.ts";
import { coverageCriterion } from "./coverage.ts";
import type { Judgement, Watched } from "./criterion.ts";
import { denialsCriterion, PLANTED } from "./denials.ts";
import { filteringCriterion } from "./filtering.ts";
import { isolationCriterion } from "./isolation.ts";
import { objectsCriterion } from "./objects.ts";
import { speedCriterion } from "./speed.ts";
import { timeCriterion } from "./time.ts";

export { PLANTED };
export { boundOf, eachLack, samplesOfKind } from "./criterion.ts";
export type { CriterionName } from "../../gate-criteria.ts";
export type { Cause, CriterionState, GateLimits, Judgement, PlanFacts, Watched } from "./criterion.ts";

/** All criteria. */
export const judge = (watched: Watched): Judgement[] =>
  [
    timeCriterion,
    denialsCriterion,
    filteringCriterion,
    claimsCriterion,
    isolationCriterion,
    speedCriterion,
    objectsCriterion,
    coverageCriterion,
  ].map((criterion) => criterion(watched));
