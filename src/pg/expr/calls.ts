import { nameKey, type NameKey, type QualifiedName } from "../name.ts";
import { call } from "./shape.ts";
import { walk } from "./walk.ts";
import type { Expr } from "./node.ts";

/** The functions that are called anywhere in the tree by a name with a schema. */
export function qualifiedCallsIn(tree: Expr): QualifiedName[] {
  const found = new Map<NameKey, QualifiedName>();
  walk(tree, (node) => {
    const [name, schema] = call(node)?.name.toReversed() ?? [];
    if (name !== undefined && schema !== undefined) found.set(nameKey({ schema, name }), { schema, name });
  });
  return [...found.values()];
}
