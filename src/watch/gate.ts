import {
  boundOf,
  CRITERIA,
  PLANTED,
  PLANTS,
  type CriterionName,
  type GateLimits,
  type Judgement,
  type Watched,
} from "./criteria/index.ts";
import type { Lack } from "./sample.ts";

/** A criterion that does not count, by whom and why. */
export interface Waiver {
  by: string;
  reason: string;
}

/**
 * `target`: since the change, by statements on the target: a planted denial was counted, and row security held statements
 * that reached for rows of others. `samples`: a fault that was planted in a copy of what was read of the target made it
 * fail. A planted denial in a relation of the application, or a slower statement, would be one for the application, too.
 */
export type Shown = "target" | "samples";

/** What the samples of a target say about going on. */
export interface Gate {
  target: string;
  planHash: string;
  /** `inconclusive`: nothing failed, and not everything passed; it never counts as passed */
  outcome: "passed" | "failed" | "inconclusive";
  judgements: (Judgement & {
    waived: Waiver | null;
    /** where none of n requests shows it: the greatest share that is possible at 95 %; else null */
    bound: number | null;
    /** how it was shown that the criterion can fail; null: it was not, and so it does not pass */
    shown: Shown | null;
  })[];
  /** what it was judged by */
  limits: GateLimits;
  samples: { before: number; after: number };
  /** ISO 8601: the first and last sample since the change; null: there is none */
  from: string | null;
  to: string | null;
}

/** Judge the samples of a target and plan. A criterion that has not shown that it can fail is not passed. */
export function gateOf(
  on: { target: string; planHash: string },
  watched: Watched,
  waived: Partial<Record<CriterionName, Waiver>>,
  criteria: typeof CRITERIA = CRITERIA,
): Gate {
  const judgements = Object.values(criteria).map((criterion) => {
    const judged = criterion(watched);
    const name = judged.criterion;
    const shown = shownBy(judged, criterion, watched);
    const isOpen = judged.state === "passed" && shown === null;
    return {
      ...judged,
      ...(isOpen ? { state: "cannot be told" as const, lacks: [...judged.lacks, NOT_SHOWN] } : {}),
      waived: waived[name] ?? null,
      shown,
      bound: SHARES.has(name) && judged.k === 0 ? boundOf(judged.n ?? 0) : null,
    };
  });
  const counting = judgements.filter((one) => one.waived === null);
  const { before, after } = watched.seen;
  const [first, last] = [after.times[0], after.times.at(-1)];
  return {
    ...on,
    outcome: counting.some(({ state }) => state === "failed")
      ? "failed"
      : counting.every(({ state }) => state === "passed") && after.times.length > 0
        ? "passed"
        : "inconclusive",
    judgements,
    limits: watched.limits,
    samples: { before: before.times.length, after: after.times.length },
    from: first === undefined ? null : iso(first),
    to: last === undefined ? null : iso(last),
  };
}

/** How a criterion has shown that it can fail; null: it has not. */
function shownBy(judged: Judgement, criterion: (watched: Watched) => Judgement, watched: Watched): Shown | null {
  const planted = PLANTS[judged.criterion](watched);
  if (planted.length === 0 || !planted.every((one) => one.isFound(criterion(one.watched)))) return null;
  switch (judged.criterion) {
    case "denials":
      return !judged.lacks.some(({ what }) => what === PLANTED.what) && (judged.n ?? 0) > 0 ? "target" : null;
    case "isolation":
      return (judged.n ?? 0) > 0 ? "target" : null;
    case "time":
    case "filtering":
    case "claims":
    case "speed":
    case "objects":
    case "coverage":
      return "samples";
  }
}

const NOT_SHOWN: Lack = { lack: "not shown", what: "planted fault" };

const iso = (time: number): string => new Date(time).toISOString();

/** Criteria that count requests. */
const SHARES: ReadonlySet<CriterionName> = new Set(["denials", "filtering", "claims"]);
