import { memberName } from "../../syntax/node.ts";
import { callWith, holesOf, plainValues, taggedBy, type Reader } from "./sent.ts";

const TAGS: ReadonlySet<string> = new Set(["$executeRaw", "$queryRaw"]);
const UNSAFE: ReadonlySet<string> = new Set(["$executeRawUnsafe", "$queryRawUnsafe"]);

/** `` tx.$executeRaw`…` ``, `` tx.$executeRaw(Prisma.sql`…`) ``, `tx.$executeRawUnsafe("…", value)`. */
export const prisma: Reader = (text, module) => {
  const tagged = taggedBy(text, module);
  if (tagged?.tag.type === "MemberExpression") {
    const { tag } = tagged;
    const values = holesOf(text);
    if (TAGS.has(memberName(tag) ?? ""))
      return { driver: "prisma", call: tagged, receiver: tag.object, marks: "holes", values };
    const call = memberName(tag) === "sql" ? callWith(tagged, module) : null;
    if (call?.callee.type !== "MemberExpression" || !TAGS.has(memberName(call.callee) ?? "")) return null;
    return { driver: "prisma", call, receiver: call.callee.object, marks: "holes", values };
  }
  const call = callWith(text, module);
  if (call?.callee.type !== "MemberExpression" || !UNSAFE.has(memberName(call.callee) ?? "")) return null;
  const values = plainValues(call.arguments.slice(1));
  return { driver: "prisma", call, receiver: call.callee.object, marks: "numbered", values, spread: true };
};
