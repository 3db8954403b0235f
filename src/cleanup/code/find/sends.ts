import type { Module } from "../syntax/module.ts";
import { memberName, type Node } from "../syntax/node.ts";

/** Methods that send a text to the database. */
const SENDS: ReadonlySet<string> = new Set([
  "query",
  "execute",
  "exec",
  "raw",
  "unsafe",
  "run",
  "all",
  "none",
  "one",
  "$queryRaw",
  "$executeRaw",
  "$queryRawUnsafe",
  "$executeRawUnsafe",
]);

/** True if a text, or a constant that holds it, is the argument of a call that runs SQL. */
export function isSent(node: Node, module: Module): boolean {
  let at = node;
  for (let parent = module.parents.get(at); parent; at = parent, parent = module.parents.get(at)) {
    if (parent.type === "TaggedTemplateExpression") return true;
    if (parent.type === "CallExpression")
      return parent.callee !== at && SENDS.has(memberName(parent.callee) ?? nameOf(parent.callee));
    if (parent.type === "VariableDeclarator") {
      const binding = module.bindingOf.get(parent.id);
      return binding?.references.some((one) => one !== parent.id && isSent(one, module)) ?? false;
    }
    if (
      !/^(?:Property|ObjectExpression|ArrayExpression|TemplateLiteral|BinaryExpression|TS\w*Expression)$/.test(
        parent.type,
      )
    )
      return false;
  }
  return false;
}

const nameOf = (node: Node): string => (node.type === "Identifier" ? node.name : "");
