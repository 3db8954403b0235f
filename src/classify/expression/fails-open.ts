import type { ClaimsSource } from "../../pg/context.ts";
import { as, isNode, type Expr } from "../../pg/expr/node.ts";
import { some } from "../../pg/expr/walk.ts";
import { fold, isTrue, type Assumption } from "./fold.ts";

const STATES: Pick<Assumption, "settings" | "claims">[] = [
  { settings: "unset", claims: "unknown" },
  { settings: "empty", claims: "unknown" },
  { settings: "unset", claims: "missing" },
  { settings: "empty", claims: "missing" },
];

/**
 * True if some condition on a row is true for every row when a session variable is unset or empty: `current_setting(…)
 * = '' OR …`, `… IS NULL OR …`, `COALESCE(NULLIF(…), casino_id) = casino_id`.
 */
export function failsOpen(tree: unknown, source: ClaimsSource, returnsSetting: Assumption["returnsSetting"]): boolean {
  const unknown: Assumption = { settings: "unknown", claims: "unknown", source, returnsSetting };
  const opens = (node: Expr): boolean =>
    STATES.some((state) => isTrue(fold(node, { ...unknown, ...state }))) &&
    !isTrue(fold(node, unknown)) &&
    some(node, (inner) => as("ColumnRef", inner) !== null || as("ParamRef", inner) !== null);
  return conditions(tree).some(opens);
}

/** The parts of a tree that are conditions: not under NOT, and split no further than at AND. */
function conditions(tree: unknown): Expr[] {
  if (Array.isArray(tree)) return tree.flatMap(conditions);
  if (typeof tree !== "object" || tree === null) return [];
  if (!isNode(tree)) return Object.values(tree).flatMap(conditions);
  const bool = as("BoolExpr", tree);
  if (bool?.boolop === "AND_EXPR") return (bool.args ?? []).flatMap(conditions);
  if (bool?.boolop === "OR_EXPR") return [tree, ...(bool.args ?? []).flatMap(conditions)];
  if (bool) return [tree];
  if (as("A_Expr", tree) || as("CaseExpr", tree)) return [tree, ...conditionsOfSubQueries(tree)];
  return Object.values(tree).flatMap(conditions);
}

function conditionsOfSubQueries(tree: Expr): Expr[] {
  const found: Expr[] = [];
  some(tree, (node) => {
    if (as("SubLink", node)) {
      found.push(...Object.values(node).flatMap(conditions));
      return false;
    }
    return false;
  });
  return found;
}
