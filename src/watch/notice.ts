import type { CriterionName, CriterionState } from "./criteria/index.ts";
import type { Gate } from "./gate.ts";

/** The state of each criterion that was told last. */
export type Told = Partial<Record<CriterionName, CriterionState>>;

/** A criterion whose state is another than the one that was told before. Holds names and counts, and no value. */
export interface Notice {
  /** the same whoever sends it, and however often: a receiver that has seen it can drop it */
  id: string;
  target: string;
  planHash: string;
  /** the sample that showed it */
  sample: number;
  /** ISO 8601, by the server's clock */
  at: string;
  /** null: nothing was told before */
  was: CriterionState | null;
  judgement: Gate["judgements"][number];
}

/** What is told of a criterion; `notice` null: its state is noted, and no message is sent. */
export interface Telling {
  criterion: CriterionName;
  state: CriterionState;
  notice: Notice | null;
}

/** Causes of a criterion in a message; the samples have all of them. */
const MOST_CAUSES = 20;

/**
 * What a sample gives to tell: each criterion in another state than was told. Where nothing was told yet, a message is
 * sent of failures alone. A criterion that is waived is not told.
 */
export const tellingsOf = (
  { target, planHash, judgements }: Gate,
  { number, at }: { number: number; at: string },
  told: Told,
): Telling[] =>
  judgements.flatMap((judgement) => {
    const { criterion, state, waived, causes } = judgement;
    const was = told[criterion] ?? null;
    if (waived !== null || state === was) return [];
    const notice: Notice = {
      id: `${target}/${planHash.slice(0, 12)}/${number}/${criterion}/${state.replaceAll(" ", "-")}`,
      target,
      planHash,
      sample: number,
      at,
      was,
      judgement: { ...judgement, causes: causes.slice(0, MOST_CAUSES), notes: [] },
    };
    return [{ criterion, state, notice: was === null && state !== "failed" ? null : notice }];
  });
