import type { Relation } from "../../pg/catalog.ts";
import type { Policy, PolicyCommand } from "../../pg/policy.ts";
import type { ClassifiedPolicy } from "../classify.ts";
import type { Evidence } from "./evidence.ts";
import { appliesTo, holders, inherits, isAbove } from "./requests.ts";

/** The permissive or restrictive policies of a relation that apply to a role's command. */
export function applied(
  { catalog, classified }: Evidence,
  relation: Relation,
  role: string,
  command: PolicyCommand,
  permissive = true,
): Policy[] {
  return classified
    .map((one: ClassifiedPolicy) => one.policy)
    .filter(
      (policy) =>
        policy.schema === relation.schema &&
        policy.relation === relation.name &&
        policy.permissive === permissive &&
        (policy.command === "ALL" || policy.command === command) &&
        appliesTo(catalog, policy, role),
    );
}

/**
 * The roles of requests that a policy applies to and that hold the privilege of the command: roles without it fail at
 * the privilege, and their policies decide nothing. If requests hold no privilege on any relation, the project grants
 * them elsewhere, and every role that the policy applies to counts.
 */
export function rolesUnder(evidence: Evidence, relation: Relation, policy: Policy, privilege: string): string[] {
  const { catalog, requests } = evidence;
  const granted = requests.hasGrants ? holders(requests, relation, [privilege]) : ["public"];
  const roleOf = new Map(catalog.roles.map((role) => [role.name, role]));
  return requests.roles.filter(
    (role) =>
      !isAbove(roleOf.get(role)) &&
      appliesTo(catalog, policy, role) &&
      (granted.some((grantee) => grantee === "public" || inherits(catalog, role, grantee)) || relation.owner === role),
  );
}
