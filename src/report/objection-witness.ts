import type { MigrationProof, Objection, Witness } from "../prove/index.ts";
import { tellShort } from "./witness.ts";

/**
 * A witness of the verdict that an objection is about, of the objection's own regime, in one line: a gain if there is
 * one, for that is what an acceptance answers for; null where the verdict has none, or the reason tells it already.
 */
export function objectionWitness({ access, policies }: MigrationProof, objection: Objection): string | null {
  const { policy, regime, component, decision, why } = objection;
  if (why.kind === "crosses tenants") return null;
  const relation = policies.find((one) => one.policy === policy)?.relation;
  const witnesses = access
    .filter(
      (verdict) =>
        verdict.relation.schema === relation?.schema &&
        verdict.relation.name === relation.name &&
        verdict.assumption === regime &&
        verdict.component === component &&
        verdict.decision === decision,
    )
    .flatMap((verdict) => verdict.witnesses)
    .filter(({ confirmed }) => confirmed !== false);
  const first = (...changes: Witness["change"][]): Witness | undefined =>
    witnesses.find(({ change }) => changes.includes(change));
  const told = first("gained") ?? first("error->allow") ?? first("lost") ?? witnesses[0];
  return told === undefined ? null : tellShort(told);
}
