import { memberName } from "../../syntax/node.ts";
import { arrayValues, callWith, type Reader } from "./sent.ts";

/** `client.query("…", [values])`. */
export const pg: Reader = (text, module) => {
  const call = callWith(text, module);
  if (!call || call.arguments.length > 2) return null;
  if (call.callee.type !== "MemberExpression" || memberName(call.callee) !== "query") return null;
  return {
    driver: "pg",
    call,
    receiver: call.callee.object,
    marks: "numbered",
    values: arrayValues(call.arguments[1]),
  };
};
