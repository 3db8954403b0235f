import { nameKey, type NameKey, type QualifiedName } from "../name.ts";
import { as } from "./node.ts";
import { walk } from "./walk.ts";

/**
 * The relations named in FROM clauses anywhere in the tree. A name without a schema gets `public`; text from the
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
    const range = as("RangeVar", node);
    if (range?.relname === undefined || (range.schemaname === undefined && common.has(range.relname))) return;
    const name = { schema: range.schemaname ?? "public", name: range.relname };
    found.set(nameKey(name), name);
  });
  return [...found.values()];
}
