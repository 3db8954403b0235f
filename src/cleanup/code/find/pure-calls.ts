import type { ContextCall } from "./calls.ts";
import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import { isPure, type CallIsPure } from "../syntax/pure.ts";

/** Calls of the project's own functions whose body is one expression without an effect: `(n) => `id-${n}``. */
export const pureCallsOf =
  (module: Module, project: Project, depth = 3): CallIsPure =>
  (callee: Node) => {
    const binding = callee.type === "Identifier" ? module.bindingOf.get(callee) : undefined;
    const meant = binding && project.meant(binding);
    const home = meant && project.modules.get(meant.path);
    const [id] = meant?.declarations ?? [];
    const declarator = id && home?.parents.get(id);
    const fn = declarator?.type === "VariableDeclarator" ? declarator.init : null;
    if (!home || depth === 0 || fn?.type !== "ArrowFunctionExpression" || fn.async) return false;
    return fn.body.type !== "BlockStatement" && isPure(fn.body, pureCallsOf(home, project, depth - 1));
  };

/** True if a call that goes would take another one along: in its arguments, or in what it is called on. */
export function hasOtherEffect({ module, node, arguments: given }: ContextCall, project: Project): boolean {
  const callIsPure = pureCallsOf(module, project);
  const isHarmless = (one: Node): boolean => isPure(one, callIsPure);
  return !given.every(isHarmless) || !isHarmless(receiverOf(node));
}

/** What the innermost call is called on; the name of a function that is called by its name. */
function receiverOf(node: Node): Node {
  if (node.type === "ChainExpression") return receiverOf(node.expression);
  if (node.type !== "CallExpression") return node;
  const { callee } = node;
  if (callee.type !== "MemberExpression") return callee;
  const inner = callee.object;
  // `.schema("public")`, and `.rpc(…)` below `.single()`
  if (inner.type === "CallExpression" && inner.callee.type === "MemberExpression") return receiverOf(inner);
  return inner;
}
