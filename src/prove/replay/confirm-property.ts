import type { Db } from "../../db/port.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { PropertyVerdict } from "../never.ts";
import { replay } from "./replay.ts";

/**
 * Run the witnesses of violated properties on a real Postgres: the row has to be reached, and to satisfy what was never
 * to be.
 */
export async function confirmProperty(
  db: Db,
  catalog: Catalog,
  verdicts: readonly PropertyVerdict[],
): Promise<PropertyVerdict[]> {
  const asked = verdicts.flatMap((verdict) => (verdict.witness ? [{ verdict, witness: verdict.witness }] : []));
  const results = await replay(
    db,
    catalog,
    asked.map(({ verdict, witness }) => ({
      situation: witness.situation,
      conditions: verdict.condition === null ? [] : [verdict.condition],
      // a row that may be changed is enough of a breach; what it may be changed to is asked of the whole statement
      whole: verdict.component === "UPDATE CHECK",
    })),
  );
  const confirmed = new Map(
    asked.map(({ verdict }, index) => {
      const result = results[index];
      return [verdict, result?.outcome.kind === "allow" && result.assumed];
    }),
  );
  return verdicts.map((verdict): PropertyVerdict => {
    const seen = confirmed.get(verdict);
    if (seen === undefined || verdict.witness === null) return verdict;
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
