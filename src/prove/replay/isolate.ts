import { quoteQualified } from "../../pg/identifier.ts";
import { createPolicy, dropPolicy } from "../../pg/policy-sql.ts";
import type { Policy } from "../../pg/policy.ts";
import type { Component } from "../component.ts";
import type { SituationRelation } from "./statements.ts";

/**
 * Statements that leave, of an UPDATE's two components, one to be observed: the other always lets through. Other commands meet one component
 * only. What the policies say to readers stays, for sub-queries that read the relation.
 */
export function isolate(policies: readonly Policy[], relation: SituationRelation, component: Component): string[] {
  if (component !== "UPDATE USING" && component !== "UPDATE CHECK") return [];
  const own = policies.filter((policy) => policy.schema === relation.schema && policy.relation === relation.name);
  return own
    .filter((policy) => policy.command === "ALL" || policy.command === "UPDATE")
    .flatMap((policy) => [
      dropPolicy(policy),
      ...(policy.command === "ALL" && policy.using !== null
        ? [createPolicy({ ...policy, name: `${policy.name} (read)`, command: "SELECT", check: null })]
        : []),
      ...updatePart(policy, component),
    ]);
}

/** WITH CHECK always true, so that USING decides; or USING true for the row in question alone, so that WITH CHECK does. */
function updatePart(policy: Policy, component: Component): string[] {
  const part = { ...policy, name: `${policy.name} (update)`, command: "UPDATE" } as const;
  if (component === "UPDATE USING") return policy.using === null ? [] : [createPolicy({ ...part, check: "true" })];
  const check = policy.check ?? policy.using;
  const here = `ctid = current_setting('rlsmith_replay.place')::tid`;
  return check === null ? [] : [createPolicy({ ...part, using: here, check })];
}

export const nameOf = (relation: SituationRelation): string => quoteQualified(relation.schema, relation.name);
