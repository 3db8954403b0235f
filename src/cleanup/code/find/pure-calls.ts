import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { Node } from "../syntax/node.ts";
import { isPure, type CallIsPure } from "../syntax/statement.ts";

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
