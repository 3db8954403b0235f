import { createPolicy, dropPolicy } from "../../pg/policy-sql.ts";
import type { Policy } from "../../pg/policy.ts";
import type { Component } from "../component.ts";
import type { SituationRelation } from "./statements.ts";

/**
 * Statements that leave, of what a command meets, one component to be observed, on the row in question alone. Of an
 * UPDATE the other component always lets through, unless the whole of it is asked for. What the policies say to readers
 * stays, for sub-queries that read the relation.
 */
export function isolate(
  policies: readonly Policy[],
  relation: SituationRelation,
  { component, whole }: { component: Component; whole: boolean },
): string[] {
  if (component === "SELECT" || component === "INSERT") return [];
  if (component === "DELETE") return [createPolicy(onlyHere(relation, "DELETE"))];
  if (whole) return [createPolicy(onlyHere(relation, "UPDATE"))];
  return [createPolicy(onlyHere(relation, "UPDATE")), ...leaveOne(policies, relation, component)];
}

/** Of the policies that an UPDATE of the relation meets, statements that make the other component always let through. */
export const leaveOne = (
  policies: readonly Policy[],
  relation: SituationRelation,
  component: "UPDATE USING" | "UPDATE CHECK",
): string[] =>
  policies
    .filter((policy) => policy.schema === relation.schema && policy.relation === relation.name)
    .filter((policy) => policy.command === "ALL" || policy.command === "UPDATE")
    .flatMap((policy, index) => [
      dropPolicy(policy),
      ...(policy.command === "ALL" && policy.using !== null
        ? [createPolicy({ ...policy, name: `rlsmith read ${index}`, command: "SELECT", check: null })]
        : []),
      ...updatePart(policy, component, index),
    ]);

/** A statement without WHERE reaches every row: this leads it to one, so that no other can raise. */
const onlyHere = (relation: SituationRelation, command: "UPDATE" | "DELETE"): Policy => ({
  schema: relation.schema,
  relation: relation.name,
  name: "rlsmith: the row in question",
  permissive: false,
  command,
  roles: ["public"],
  using: HERE,
  check: command === "UPDATE" ? "true" : null,
  comment: null,
});

const HERE = "ctid = current_setting('rlsmith_replay.place')::tid";

/**
 * WITH CHECK always true, so that USING decides; or USING true for the row in question alone, so that WITH CHECK does.
 */
function updatePart(policy: Policy, component: Component, index: number): string[] {
  const part = { ...policy, name: `rlsmith update ${index}`, command: "UPDATE" } as const;
  if (component === "UPDATE USING") return policy.using === null ? [] : [createPolicy({ ...part, check: "true" })];
  const check = policy.check ?? policy.using;
  return check === null ? [] : [createPolicy({ ...part, using: "true", check })];
}
