import type { Db } from "../../db/port.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { PropertyVerdict } from "../never.ts";
import { replay, type ReplayInput } from "./replay.ts";

/**
 * Run the witnesses of violated properties on a real Postgres: the row has to be reached, and to satisfy what was never
 * to be.
 */
export async function confirmProperty(
  db: Db,
  catalog: Catalog,
  verdicts: readonly PropertyVerdict[],
): Promise<PropertyVerdict[]> {
  const inputs = new Map<PropertyVerdict, ReplayInput>();
  for (const verdict of verdicts)
    if (verdict.witness)
      inputs.set(verdict, {
        situation: verdict.witness.situation,
        conditions: verdict.condition === null ? [] : [verdict.condition],
        // a row that may be changed is enough of a breach; what it may be changed to is asked of the whole statement
        whole: verdict.component === "UPDATE CHECK",
      });
  const results = await replay(db, catalog, inputs);
  return verdicts.map((verdict): PropertyVerdict => {
    if (verdict.witness === null) return verdict;
    const result = results.get(verdict);
    const seen = result?.outcome.kind === "allow" && result.assumed;
    const witness = { ...verdict.witness, confirmed: seen };
    // seen is seen, whatever the prover did not understand; what was not seen is not claimed
    if (seen) return { ...verdict, answer: "violated", reasons: [], witness };
    const reason = {
      kind: "not-confirmed",
      message: "a witness was not confirmed by Postgres, which is a defect of rlsmith",
      expression: null,
      at: null,
    } as const;
    return {
      ...verdict,
      answer: "unknown",
      reasons: verdict.answer === "unknown" ? verdict.reasons : [reason],
      witness,
    };
  });
}
