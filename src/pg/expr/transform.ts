import { isNode, type Expr } from "./node.ts";

/**
 * A tree with nodes exchanged. `visit` sees each node before its inside: call `descend()` to get the node with its inside transformed
 * (bottom-up work), return the node itself to leave it and its inside alone, or return another node.
 * What did not change is shared, not copied: `transform(t, …) === t` tells that nothing happened.
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
