import { isNode, type Expr } from "./node.ts";

/** Visit every node of a tree, parents first. The visitor returns `false` to skip the children of a node. */
export function walk(value: unknown, visit: (node: Expr) => boolean | void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (isNode(value) && visit(value) === false) return;
  // what CALL calls stands in the tree without a node around it
  if ("funccall" in value) return walk({ FuncCall: value.funccall }, visit);
  for (const item of Object.values(value)) walk(item, visit);
}

/** True if some node of the tree satisfies the test. */
export function some(value: unknown, test: (node: Expr) => boolean): boolean {
  let found = false;
  walk(value, (node) => {
    if (found) return false;
    if (test(node)) found = true;
    return !found;
  });
  return found;
}
