import type { Cause, Unsure } from "../cause.ts";

/** The words for a cause, in which findings quote it. `report/` makes them. */
export interface Words {
  cause: (cause: Cause) => string;
  unsure: (unsure: Unsure) => string;
}

/** The hint where the source of the claims is not known. */
export const DECLARE_SOURCE =
  "declare `claimsSync` in rlsmith.config.ts: the relation and the column or expression for each claim";

/** The hint where the active rows are not known. */
export const DECLARE_ACTIVE =
  "declare `claimsSync` in rlsmith.config.ts, with `active`: SQL over the columns, `true` if every row is active";
