import type { Relation } from "./catalog.ts";
import { groupBy } from "./group-by.ts";
import { as } from "./expr/node.ts";
import { parseExpr } from "./expr/parse.ts";
import { relationsIn } from "./expr/relations.ts";
import { nameKey, relationKey, type NameKey } from "./name.ts";
import { some } from "./expr/walk.ts";
import { policyId, type Policy, type PolicyId } from "./policy.ts";

/** A path by which reading or writing a relation fails with 42P17. */
export interface Recursion {
  /** the relation that Postgres names in the error */
  relation: NameKey;
  /** the policy whose sub-query closes the cycle */
  policy: PolicyId;
  /** the relations from the start to the first one that repeats */
  path: NameKey[];
}

/**
 * Policies that make Postgres raise "infinite recursion detected in policy".
 *
 * Postgres does this in rewriteHandler.c (fireRIRrules, PostgreSQL 15 to 18): a relation whose applied policies contain
 * any sub-query is active while they are expanded; to meet an active relation again, if its applied policies contain
 * any sub-query, raises 42P17. So the FROM-less `(select auth.uid())` counts as a sub-query too: the InitPlan form can
 * bring recursion to a policy that had none. Sub-queries read under the SELECT policies of the same role. Relations
 * without row security, and views that run with the rights of their owner, end the path.
 */
export function findRecursion(policies: readonly Policy[], relations: readonly Relation[]): Recursion[] {
  const byName = new Map(relations.map((relation) => [nameKey(relation), relation]));
  const facts = new Map(policies.map((policy) => [policy, subQueries(policy)]));
  const ofRelation = groupBy(policies, relationKey);
  const roles = new Set(policies.flatMap((policy) => policy.roles));
  const found = new Map<string, Recursion>();

  const applied = (relation: NameKey, role: string, command: string): Policy[] =>
    (ofRelation.get(relation) ?? []).filter(
      (policy) =>
        (policy.roles.includes("public") || policy.roles.includes(role)) &&
        (policy.command === "ALL" || policy.command === command),
    );

  /**
   * Search breadth first from the sub-queries of one command's policies, each relation once, for a path back to the
   * start.
   */
  const search = (start: NameKey, role: string, command: string): void => {
    const first = applied(start, role, command);
    // The start is active only if its applied policies contain a sub-query, and counts as met again only if its
    // policies for reading do.
    if (!byName.get(start)?.rowSecurity || !isExpanded(first) || !isExpanded(applied(start, role, "SELECT"))) return;
    const queue: { policies: Policy[]; path: NameKey[] }[] = [{ policies: first, path: [start] }];
    const seen = new Set<NameKey>();
    for (const { policies: using, path } of queue)
      for (const policy of using)
        for (const inner of facts.get(policy)?.relations ?? []) {
          if (inner === start) {
            const id = policyId(policy);
            found.set(JSON.stringify([id, start]), { relation: start, policy: id, path: [...path, start] });
          }
          if (seen.has(inner) || inner === start || !byName.get(inner)?.rowSecurity) continue;
          seen.add(inner);
          queue.push({ policies: applied(inner, role, "SELECT"), path: [...path, inner] });
        }
  };
  const isExpanded = (using: readonly Policy[]): boolean => using.some((policy) => facts.get(policy)?.any);

  for (const role of roles)
    for (const relation of ofRelation.keys())
      for (const command of ["SELECT", "INSERT", "UPDATE", "DELETE"]) search(relation, role, command);
  return [...found.values()];
}

function subQueries(policy: Policy): { any: boolean; relations: NameKey[] } {
  const trees = [policy.using, policy.check].filter((text) => text !== null).map((text) => parseExpr(text));
  return {
    any: trees.some((tree) => some(tree, (node) => as("SubLink", node) !== null)),
    relations: trees.flatMap((tree) => relationsIn(tree)).map(nameKey),
  };
}
