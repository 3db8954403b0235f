import { isNode, type Expr } from "./node.ts";

/**
 * A copy of a tree with nodes replaced. `visit` is called for each node before its children. It calls `descend()` to
 * get the node with its children transformed (bottom-up work), returns the node itself to leave it and its children
 * unchanged, or returns another node. Unchanged parts are shared, not copied: `transform(t, …) === t` is true if
 * nothing was replaced.
 */
export function transform<T>(tree: T, visit: (node: Expr, descend: () => Expr) => Expr): T {
  if (isNode(tree)) return visit(tree, () => inside(tree, visit)) as T;
  return inside(tree, visit);
}

function inside<T>(tree: T, visit: (node: Expr, descend: () => Expr) => Expr): T {
  if (Array.isArray(tree)) {
    const items = tree.map((item: unknown) => transform(item, visit));
    return items.every((item, index) => item === tree[index]) ? tree : (items as T);
  }
  if (typeof tree !== "object" || tree === null) return tree;
  const entries = Object.entries(tree).map(([key, item]): [string, unknown] => [
    key,
    transform(item as unknown, visit),
  ]);
  const same = entries.every(([key, item]) => item === (tree as Record<string, unknown>)[key]);
  return same ? tree : (Object.fromEntries(entries) as T);
}
