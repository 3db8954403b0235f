import { memberName, type Node } from "../../syntax/node.ts";
import type { Module } from "../../syntax/module.ts";
import { arrayValues, callWith, fragmentOf, type Reader } from "./sent.ts";

/** `trx.raw("…", [values])`, `knex.raw("…", [values]).transacting(trx)`. */
export const knex: Reader = (text, module) => {
  const call = callWith(text, module);
  if (!call || call.arguments.length > 2 || call.callee.type !== "MemberExpression") return null;
  if (memberName(call.callee) !== "raw" || fragmentOf(text, module)) return null;
  const own = module.text.slice(text.start, text.end);
  // `??` is a name, `\\?` is no mark
  const values = /\?\?|\\\?/.test(own) ? null : valuesOf(call.arguments[1]);
  const inside = transacting(call, module);
  return { driver: "knex", marks: "question", values, ...(inside ?? { call, receiver: call.callee.object }) };
};

/** One value may stand alone. */
function valuesOf(argument: Node | undefined): readonly Node[] | null {
  return argument?.type === "ArrayExpression" || argument === undefined ? arrayValues(argument) : null;
}

function transacting(raw: Node, module: Module): { call: Node; receiver: Node } | null {
  const member = module.parents.get(raw);
  const call = member && module.parents.get(member);
  if (member?.type !== "MemberExpression" || member.object !== raw || memberName(member) !== "transacting") return null;
  const receiver = call?.type === "CallExpression" && call.callee === member ? call.arguments[0] : undefined;
  return call && receiver ? { call, receiver } : null;
}
