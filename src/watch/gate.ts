import { boundOf, judge, PLANTED, type CriterionName, type Judgement, type Watched } from "./criteria/index.ts";

/** A criterion that does not count, by whom and why. */
export interface Waiver {
  by: string;
  reason: string;
}

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
    /**
     * since the change it was shown on this target that the criterion can fail: a planted denial was counted, row security
     * held statements that reached for rows of others. `time` needs no source. The others could be shown on objects of the
     * application alone, which rlsmith does not touch
     */
    shown: boolean;
  })[];
  samples: { before: number; after: number };
  /** ISO 8601: the first and last sample since the change; null: there is none */
  from: string | null;
  to: string | null;
}

/** Judge the samples of a target and plan. */
export function gateOf(
  on: { target: string; planHash: string },
  watched: Watched,
  waived: Partial<Record<CriterionName, Waiver>>,
): Gate {
  const judgements = judge(watched).map((one) => ({
    ...one,
    waived: waived[one.criterion] ?? null,
    shown: isShown(one),
    bound: SHARES.has(one.criterion) && one.k === 0 ? boundOf(one.n ?? 0) : null,
  }));
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
    samples: { before: before.times.length, after: after.times.length },
    from: first === undefined ? null : iso(first),
    to: last === undefined ? null : iso(last),
  };
}

function isShown({ criterion, lacks, n }: Judgement): boolean {
  switch (criterion) {
    case "time":
      return true;
    case "denials":
      return !lacks.some(({ what }) => what === PLANTED.what) && (n ?? 0) > 0;
    case "isolation":
      return (n ?? 0) > 0;
    case "filtering":
    case "claims":
    case "speed":
    case "objects":
    case "coverage":
      return false;
  }
}

const iso = (time: number): string => new Date(time).toISOString();

/** Criteria that count requests. */
const SHARES: ReadonlySet<CriterionName> = new Set(["denials", "filtering", "claims"]);
