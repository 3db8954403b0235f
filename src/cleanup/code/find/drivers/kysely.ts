import { memberName } from "../../syntax/node.ts";
import { fragmentOf, holesOf, type Reader } from "./sent.ts";

/** `` sql`…`.execute(trx) ``, `sql.raw("…").execute(trx)`. */
export const kysely: Reader = (text, module) => {
  const fragment = fragmentOf(text, module);
  const member = fragment && module.parents.get(fragment.outer);
  const call = member && module.parents.get(member);
  if (member?.type !== "MemberExpression" || member.object !== fragment?.outer) return null;
  if (call?.type !== "CallExpression" || call.callee !== member || memberName(member) !== "execute") return null;
  const [receiver] = call.arguments;
  if (!receiver || call.arguments.length !== 1) return null;
  return { driver: "kysely", call, receiver, marks: "holes", values: fragment.raw ? [] : holesOf(text) };
};
