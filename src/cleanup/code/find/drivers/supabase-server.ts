import { memberName } from "../../syntax/node.ts";
import { holesOf, taggedBy, type Reader } from "./sent.ts";

/** `` ctx.postgres.query`…` `` of `withPostgresClient`: each query has a transaction with the claims of the token. */
export const supabaseServer: Reader = (text, module) => {
  const tagged = taggedBy(text, module);
  if (tagged?.tag.type !== "MemberExpression" || memberName(tagged.tag) !== "query") return null;
  const receiver = tagged.tag.object;
  if (memberName(receiver) !== "postgres" || !module.text.includes("withPostgresClient")) return null;
  return { driver: "supabase-server", call: tagged, receiver, marks: "holes", values: holesOf(text) };
};
