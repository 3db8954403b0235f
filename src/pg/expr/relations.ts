import type { RangeVar } from "libpg-query";
import { nameKey, type NameKey, type QualifiedName } from "../name.ts";
import { as, type Expr } from "./node.ts";
import { walk } from "./walk.ts";

/**
 * The relations named anywhere in the tree, in FROM or as the target of a statement that writes. A name without a schema gets `public`; text from the
 * catalog is always qualified.
 */
export function relationsIn(tree: unknown): QualifiedName[] {
  const found = new Map<NameKey, QualifiedName>();
  const common = new Set<string>();
  walk(tree, (node) => {
    const cte = as("CommonTableExpr", node)?.ctename;
    if (cte !== undefined) common.add(cte);
  });
  walk(tree, (node) => {
    const range = rangeVar(node);
    if (range?.relname === undefined || (range.schemaname === undefined && common.has(range.relname))) return;
    const name = { schema: range.schemaname ?? "public", name: range.relname };
    found.set(nameKey(name), name);
  });
  return [...found.values()];
}

/**
 * The relation that a node names: in FROM, or as the target of a statement (INSERT, UPDATE, DELETE, MERGE, COPY), where
 * the grammar has no node of its own for it. Null where it names none.
 */
export function rangeVar(node: Expr): RangeVar | null {
  const range = as("RangeVar", node);
  if (range) return range;
  const [statement] = Object.values(node) as { relation?: RangeVar }[];
  return typeof statement?.relation?.relname === "string" ? statement.relation : null;
}
