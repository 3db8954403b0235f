import { visitorKeys, type Node } from "oxc-parser";

export type { Node } from "oxc-parser";

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** The nodes directly below a node, in the order of the source. */
export function childrenOf(node: Node): Node[] {
  const fields = node as unknown as Readonly<Record<string, unknown>>;
  return (visitorKeys[node.type] ?? []).flatMap((key) => {
    const value = fields[key];
    if (Array.isArray(value)) return value.filter(isNode);
    return isNode(value) ? [value] : [];
  });
}

/** A node and everything below it. */
export function* nodesIn(node: Node): Generator<Node> {
  yield node;
  for (const child of childrenOf(node)) yield* nodesIn(child);
}

export type FunctionNode = Extract<
  Node,
  { type: "FunctionDeclaration" | "FunctionExpression" | "ArrowFunctionExpression" }
>;

export const isFunction = (node: Node | null | undefined): node is FunctionNode =>
  node?.type === "FunctionDeclaration" ||
  node?.type === "FunctionExpression" ||
  node?.type === "ArrowFunctionExpression";

/** An expression without the type syntax around it: `x as T`, `x!`, `x satisfies T`. */
export function bare(node: Node): Node {
  if (
    node.type === "TSAsExpression" ||
    node.type === "TSNonNullExpression" ||
    node.type === "TSSatisfiesExpression" ||
    node.type === "ChainExpression" ||
    node.type === "ParenthesizedExpression"
  )
    return bare(node.expression);
  return node;
}

/** The text of a constant string, also of a template without expressions; null if it is none. */
export function constantText(node: Node | null | undefined): string | null {
  if (!node) return null;
  const inner = bare(node);
  if (inner.type === "Literal") return typeof inner.value === "string" ? inner.value : null;
  if (inner.type === "TemplateLiteral" && inner.expressions.length === 0) return inner.quasis[0]?.value.cooked ?? null;
  return null;
}

/** The name of a property that is read with a dot, or with a constant text in brackets. */
export function memberName(node: Node): string | null {
  if (node.type !== "MemberExpression") return null;
  if (node.computed) return constantText(node.property);
  return node.property.type === "Identifier" ? node.property.name : null;
}

/** The name of a key that is not computed. */
export function keyName(node: Node): string | null {
  if (node.type === "Identifier") return node.name;
  return constantText(node);
}
