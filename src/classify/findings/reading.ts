import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { initPlanTarget } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import type { Catalog, Relation } from "../../pg/catalog.ts";
import { groupBy } from "../../pg/group-by.ts";
import { nameKey, relationKey, type QualifiedName } from "../../pg/name.ts";
import type { Policy } from "../../pg/policy.ts";
import { functionIndex, type FunctionFacts, type FunctionIndex } from "../functions/index.ts";

/** A policy with its expressions as trees. */
export interface ReadPolicy {
  policy: Policy;
  using: Expr | null;
  check: Expr | null;
  /** the expressions that it has */
  trees: Expr[];
}

/** The catalog, read once for all findings about conditions. */
export interface Reading {
  catalog: Catalog;
  facts: readonly FunctionFacts[];
  index: FunctionIndex;
  policies: ReadPolicy[];
  relationOf(name: QualifiedName): Relation | undefined;
  /** the policies of a relation */
  policiesOf(name: QualifiedName): ReadPolicy[];
}

/** Parse every policy of a catalog. Policies that were made in a loop share their trees. */
export function readCatalog(catalog: Catalog, facts: readonly FunctionFacts[]): Reading {
  const parsed = new Map<string, Expr>();
  const treeOf = (text: string | null): Expr | null => {
    if (text === null) return null;
    const tree = parsed.get(text) ?? parseExpr(text);
    parsed.set(text, tree);
    return tree;
  };
  const policies = catalog.policies.map((policy): ReadPolicy => {
    const [using, check] = [treeOf(policy.using), treeOf(policy.check)];
    return { policy, using, check, trees: [using, check].filter((tree) => tree !== null) };
  });
  const relations = new Map(catalog.relations.map((one) => [nameKey(one), one]));
  const byRelation = groupBy(policies, ({ policy }) => relationKey(policy));
  return {
    catalog,
    facts,
    index: functionIndex(facts),
    policies,
    relationOf: (name) => relations.get(nameKey(name)),
    policiesOf: (name) => byRelation.get(nameKey(name)) ?? [],
  };
}

/** A tree in which `(select f())` is written as `f()`: the same value, evaluated once a statement. */
export const withoutInitPlan = (tree: Expr): Expr =>
  transform(tree, (node, descend) => {
    const target = initPlanTarget(node);
    return target ? withoutInitPlan(target) : descend();
  });

/** The disjuncts of nested ORs; a node that is not an OR is its own only disjunct. */
export function disjuncts(node: Expr): Expr[] {
  const bool = as("BoolExpr", node);
  return bool?.boolop === "OR_EXPR" ? (bool.args ?? []).flatMap(disjuncts) : [node];
}
