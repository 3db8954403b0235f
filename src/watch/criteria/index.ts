/** What the samples of a target say, one criterion a file. */
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
export { boundOf } from "./criterion.ts";
export { addSample, nothingSeen, seenOf, type Seen, type Watched } from "./watched.ts";
export type { CriterionName } from "../../gate-criteria.ts";
export type { Cause, CriterionState, GateLimits, Judgement, PlanFacts } from "./criterion.ts";

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
