import type { ArrivalRegime, Assumption } from "./assume.ts";
import type { Access } from "./predicate.ts";
import type { Decision, Verdict } from "./verdict.ts";

/** A verdict under an assumption. */
export interface AssumedVerdict extends Verdict {
  /** the assumption's name; empty where nothing is assumed */
  assumption: string;
  /** the assumption's regime; null where it describes none */
  regime: ArrivalRegime | null;
}

/** A verdict with no more than its decision. */
export const plainVerdict = (access: Access, assumption: Assumption, decision: Decision): AssumedVerdict => ({
  relation: { schema: access.relation.schema, name: access.relation.name },
  component: access.component,
  role: access.role,
  assumption: assumption.name,
  regime: assumption.regime ?? null,
  decision,
  errors: [],
  overlap: [],
  bothMayRaise: false,
  opensErrors: null,
  certainty: { kind: "proved" },
  milliseconds: 0,
  reasons: [],
  witnesses: [],
  suspected: null,
  readsAfter: [],
});
