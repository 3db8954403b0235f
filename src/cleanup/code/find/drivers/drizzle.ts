import { memberName } from "../../syntax/node.ts";
import { callWith, fragmentOf, holesOf, type Reader } from "./sent.ts";

/** `` tx.execute(sql`…`) ``, `tx.execute(sql.raw("…"))`. */
export const drizzle: Reader = (text, module) => {
  const fragment = fragmentOf(text, module);
  const call = fragment && callWith(fragment.outer, module);
  if (!call || call.arguments.length !== 1 || call.callee.type !== "MemberExpression") return null;
  if (memberName(call.callee) !== "execute") return null;
  const values = fragment.raw ? [] : holesOf(text);
  return { driver: "drizzle", call, receiver: call.callee.object, marks: "holes", values };
};
