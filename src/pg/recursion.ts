import type { Relation, Role } from "./catalog.ts";
import { groupBy } from "./group-by.ts";
import { as } from "./expr/node.ts";
import { parseExpr } from "./expr/parse.ts";
import { relationsIn } from "./expr/relations.ts";
import { nameKey, relationKey, type NameKey } from "./name.ts";
import { some } from "./expr/walk.ts";
import { policyId, type Policy, type PolicyId } from "./policy.ts";
import { bypassesRowSecurity, heldRoles } from "./role.ts";

/** A path by which reading or writing a relation fails with 42P17. */
export interface Recursion {
  /** the relation that Postgres names in the error */
  relation: NameKey;
  /** the policy whose sub-query closes the cycle */
  policy: PolicyId;
  /** the relations from the start to the first one that repeats */
  path: NameKey[];
  /** the policies whose sub-queries lead from each relation of the path to the next one; the last closes the cycle */
  policies: PolicyId[];
}

/**
 * Policies that make Postgres raise "infinite recursion detected in policy".
 *
 * Postgres does this in rewriteHandler.c (fireRIRrules, PostgreSQL 15 to 18): a relation whose applied policies contain
 * any sub-query is active while they are expanded; to meet an active relation again, if its applied policies contain
 * any sub-query, raises 42P17. So the FROM-less `(select auth.uid())` counts as a sub-query too: the InitPlan form can
 * bring recursion to a policy that had none. Sub-queries read under the SELECT policies of the same role. A view with
 * security_invoker is read as that role, any other view as its owner, whose policies apply as well unless the owner
 * bypasses row security. Relations without row security end the path. Without `roles`, no role bypasses row security
 * and none is a member of another.
 */
export function findRecursion(
  policies: readonly Policy[],
  relations: readonly Relation[],
  roles: readonly Role[] = [],
): Recursion[] {
  const byName = new Map(relations.map((relation) => [nameKey(relation), relation]));
  const facts = new Map(policies.map((policy) => [policy, subQueries(policy)]));
  const ofRelation = groupBy(policies, relationKey);
  const found = new Map<string, Recursion>();

  const isBound = ({ relation, role }: Reading): boolean => {
    const known = byName.get(relation);
    return known?.rowSecurity === true && !bypassesRowSecurity(known, role, roles);
  };
  const applied = ({ relation, role }: Reading, command: string): Policy[] => {
    const held = heldRoles(role, roles);
    return (ofRelation.get(relation) ?? []).filter(
      (policy) => policy.roles.some((one) => held.has(one)) && (policy.command === "ALL" || policy.command === command),
    );
  };
  const isExpanded = (using: readonly Policy[]): boolean => using.some((policy) => facts.get(policy)?.any);

  /** The relation itself, or the tables that a view reads, each with the role that reads it. */
  const tablesOf = (reading: Reading, inside: readonly NameKey[] = []): Reading[] => {
    const view = byName.get(reading.relation);
    if (view?.kind !== "view" || !view.reads || inside.includes(reading.relation)) return [reading];
    const role = view.securityInvoker ? reading.role : view.owner;
    return view.reads.flatMap((name) => tablesOf({ relation: nameKey(name), role }, [...inside, reading.relation]));
  };

  /**
   * Search breadth first from the sub-queries of one command's policies, each relation once, for a path back to the
   * start.
   */
  const search = (start: Reading, command: string): void => {
    const first = applied(start, command);
    // The start is active only if its applied policies contain a sub-query, and counts as met again only if its
    // policies for reading do.
    if (!isBound(start) || !isExpanded(first)) return;
    const queue: { using: Policy[]; role: string; path: NameKey[]; crossed: PolicyId[] }[] = [
      { using: first, role: start.role, path: [start.relation], crossed: [] },
    ];
    const seen = new Set<string>();
    for (const { using, role, path, crossed } of queue)
      for (const policy of using)
        for (const inner of facts.get(policy)?.relations ?? [])
          for (const next of tablesOf({ relation: inner, role })) {
            const id = policyId(policy);
            const policies = [...crossed, id];
            if (next.relation === start.relation && isBound(next) && isExpanded(applied(next, "SELECT"))) {
              const key = JSON.stringify([id, start.relation]);
              if (!found.has(key))
                found.set(key, { relation: start.relation, policy: id, path: [...path, start.relation], policies });
            }
            const at = JSON.stringify(next);
            if (seen.has(at) || next.relation === start.relation || !isBound(next)) continue;
            seen.add(at);
            queue.push({
              using: applied(next, "SELECT"),
              role: next.role,
              path: [...path, next.relation],
              crossed: policies,
            });
          }
  };

  for (const role of startingRoles(policies, roles))
    for (const relation of ofRelation.keys())
      for (const command of ["SELECT", "INSERT", "UPDATE", "DELETE"]) search({ relation, role }, command);
  return [...found.values()];
}

/** A relation, and the role that reads it. */
interface Reading {
  relation: NameKey;
  role: string;
}

/** The roles that policies name, and the roles to which the policies of several of them apply. */
function startingRoles(policies: readonly Policy[], roles: readonly Role[]): Set<string> {
  const named = new Set(policies.flatMap((policy) => policy.roles));
  const groups = [...named].filter((role) => role !== "public");
  const both = roles.filter((role) => {
    const held = heldRoles(role.name, roles);
    return !role.superuser && !role.bypassRls && groups.filter((group) => held.has(group)).length > 1;
  });
  return new Set([...named, ...both.map((role) => role.name)]);
}

function subQueries(policy: Policy): { any: boolean; relations: NameKey[] } {
  const trees = [policy.using, policy.check].filter((text) => text !== null).map((text) => parseExpr(text));
  return {
    any: trees.some((tree) => some(tree, (node) => as("SubLink", node) !== null)),
    relations: trees.flatMap((tree) => relationsIn(tree)).map(nameKey),
  };
}
