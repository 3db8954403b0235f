import type { Module } from "../../syntax/module.ts";
import { memberName, type Node } from "../../syntax/node.ts";
import { arrayValues, callWith, holesOf, importedFrom, taggedBy, type Reader } from "./sent.ts";

/** `` sql`…` `` of postgres.js, `sql.unsafe("…", [values])`. */
export const postgresJs: Reader = (text, module) => {
  const tagged = taggedBy(text, module);
  if (tagged) {
    if (tagged.tag.type !== "Identifier" || !isClient(tagged.tag, module)) return null;
    return { driver: "postgres-js", call: tagged, receiver: tagged.tag, marks: "holes", values: holesOf(text) };
  }
  const call = callWith(text, module);
  if (!call || call.arguments.length > 2 || call.callee.type !== "MemberExpression") return null;
  if (memberName(call.callee) !== "unsafe") return null;
  const values = arrayValues(call.arguments[1]);
  return { driver: "postgres-js", call, receiver: call.callee.object, marks: "numbered", values };
};

const TRANSACTIONS: ReadonlySet<string> = new Set(["begin", "savepoint"]);

/** Other packages have a tag that looks the same: only where the code says that it is this one. */
function isClient(tag: Extract<Node, { type: "Identifier" }>, module: Module): boolean {
  const [id] = module.bindingOf.get(tag)?.declarations ?? [];
  const parent = id && module.parents.get(id);
  if (id?.type !== "Identifier" || !parent) return false;
  const type = id.typeAnnotation?.typeAnnotation;
  if (type) return /^(?:postgres\.)?(?:Transaction|Reserved|I)?Sql\b/.test(module.text.slice(type.start, type.end));
  if (parent.type === "VariableDeclarator")
    return (
      parent.init?.type === "CallExpression" &&
      parent.init.callee.type === "Identifier" &&
      (importedFrom(parent.init.callee, module) ?? parent.init.callee.name) === "postgres"
    );
  const call = parent.type === "ArrowFunctionExpression" ? module.parents.get(parent) : null;
  return call?.type === "CallExpression" && TRANSACTIONS.has(memberName(call.callee) ?? "");
}
