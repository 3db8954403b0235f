import type { Node } from "libpg-query";

/** A node of PostgreSQL's raw parse tree: an object whose only key is the kind of the node (`{ FuncCall: {…} }`). */
export type Expr = Node;

type Kinds = Node extends infer N ? (N extends unknown ? keyof N : never) : never;
type Body<K extends string> = Extract<Node, Record<K, unknown>> extends Record<K, infer B> ? B : never;

/** The body of a node if it is of that kind, otherwise null. */
export function as<K extends Kinds & string>(kind: K, node: Expr | undefined | null): Body<K> | null {
  if (node === undefined || node === null || !(kind in node)) return null;
  return (node as Record<K, Body<K>>)[kind];
}

/** True if a value inside a tree is a wrapped node: an object with one key that starts with a capital letter. */
export function isNode(value: unknown): value is Expr {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return keys.length === 1 && /^[A-Z]/.test(keys[0] ?? "");
}
