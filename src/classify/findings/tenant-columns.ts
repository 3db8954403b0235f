import type { Column, Relation } from "../../pg/catalog.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { columnRef } from "../../pg/expr/reads.ts";
import { relationsIn } from "../../pg/expr/relations.ts";
import { walk } from "../../pg/expr/walk.ts";
import { isTenancyClaim, usesIn } from "../expression/index.ts";
import { ANY_SOURCE, reachedFrom, type Evidence } from "./evidence.ts";

/** Names of columns, each with its types. */
export type OwnershipColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Names and types of the columns by which policies decide whose a row is: those that they compare with a claim, a
 * variable, or the result of a look-up of the caller. The name `id` is left out: it is the tenant's own key there, and
 * any row's key elsewhere.
 */
export function ownershipColumns(evidence: Evidence): OwnershipColumns {
  const found = new Map<string, Set<string>>();
  for (const { policy } of evidence.classified) {
    const relation = evidence.relationOf({ schema: policy.schema, name: policy.relation });
    if (!relation) continue;
    const trees = [policy.using, policy.check].flatMap((text) => (text === null ? [] : [parseExpr(text)]));
    for (const name of comparedColumns(evidence, relation, trees)) {
      const type = relation.columns.find((column) => column.name === name)?.type;
      if (type !== undefined && name !== "id") found.set(name, (found.get(name) ?? new Set()).add(type));
    }
  }
  return found;
}

/** The columns of a relation that are ownership columns by name and type. */
export const ownersIn = (relation: Relation, owners: OwnershipColumns): Column[] =>
  relation.columns.filter(({ name, type }) => owners.get(name)?.has(type));

/** The columns of the relation that an expression compares with a value of the request. */
export function comparedColumns(evidence: Evidence, relation: Relation, trees: readonly Expr[]): Set<string> {
  const found = new Set<string>();
  const own = (node: Expr | undefined): string | null => {
    const name = columnRef(node);
    const column = name?.length === 1 || name?.at(-2) === relation.name ? name?.at(-1) : undefined;
    return column !== undefined && relation.columns.some((one) => one.name === column) ? column : null;
  };
  walk(trees, (node) => {
    const expression = as("A_Expr", node);
    if (expression) {
      const [left, right] = [own(expression.lexpr), own(expression.rexpr)];
      if (left !== null && isOfRequest(evidence, expression.rexpr)) found.add(left);
      if (right !== null && isOfRequest(evidence, expression.lexpr)) found.add(right);
    }
    const link = as("SubLink", node);
    const tested = own(link?.testexpr);
    if (tested !== null && isOfRequest(evidence, link?.subselect)) found.add(tested);
    if (link?.subLinkType === "EXISTS_SUBLINK" && isOfRequest(evidence, link.subselect))
      for (const name of joined(link.subselect, own)) found.add(name);
  });
  return found;
}

/** Columns of the outer relation that a sub-query equates with a column of its own: `m.org_id = note.org_id`. */
function joined(query: unknown, own: (node: Expr | undefined) => string | null): string[] {
  const inner = new Set(relationsIn(query).map(({ name }) => name));
  const names: string[] = [];
  walk(query, (node) => {
    const expression = as("A_Expr", node);
    if (expression?.kind !== "AEXPR_OP") return;
    for (const side of [expression.lexpr, expression.rexpr]) {
      const written = columnRef(side);
      const name = own(side);
      if (name !== null && written?.length === 2 && !inner.has(written[0] ?? "")) names.push(name);
    }
  });
  return names;
}

/** True if a value comes from the request: a claim of the user or the tenant, or a session variable, or a helper of them. */
export function isOfRequest(evidence: Evidence, tree: unknown): boolean {
  if (tree === undefined) return false;
  const uses = usesIn(tree, ANY_SOURCE);
  const counts = (path: readonly string[]): boolean => path.join() === "sub" || isTenancyClaim(path);
  return (
    uses.settings.length > 0 ||
    uses.claims.some(({ path }) => counts(path)) ||
    reachedFrom(evidence, tree).some(({ facts }) => facts.reads.length > 0 || facts.claims.some(counts))
  );
}
