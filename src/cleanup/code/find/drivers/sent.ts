import type { Module } from "../../syntax/module.ts";
import { memberName, type Node } from "../../syntax/node.ts";

/** A way to send SQL on a direct connection. */
export type DriverId = "pg" | "drizzle" | "kysely" | "knex" | "prisma" | "postgres-js" | "supabase-server";

/** The call that sends a text of SQL. */
export interface Sent {
  driver: DriverId;
  /** what is awaited */
  call: Node;
  /** the connection */
  receiver: Node;
  /** how the text stands for a value: `$1`, `?`, or `${…}` */
  marks: "numbered" | "question" | "holes";
  /** the values that the driver sends beside the text; null: it cannot be said which */
  values: readonly Node[] | null;
  /** true if the values are arguments of the call, and not elements of an array */
  spread?: boolean;
}

/** How a driver sends a text; null: it does not. */
export type Reader = (text: Node, module: Module) => Sent | null;

/** The elements of an array, or the arguments of a call; null if one is spread. */
export const plainValues = (values: readonly (Node | null)[]): Node[] | null =>
  values.some((one) => one === null || one.type === "SpreadElement") ? null : values.flatMap((one) => one ?? []);

/** `[a, b]` as the argument that holds the values; none is an empty one. */
export function arrayValues(argument: Node | undefined): readonly Node[] | null {
  if (argument === undefined) return [];
  return argument.type === "ArrayExpression" ? plainValues(argument.elements) : null;
}

/** The template `` tag`…` `` around a text. */
export function taggedBy(text: Node, module: Module): Extract<Node, { type: "TaggedTemplateExpression" }> | null {
  const parent = module.parents.get(text);
  return parent?.type === "TaggedTemplateExpression" && parent.quasi === text ? parent : null;
}

/** The call whose first argument a node is. */
export function callWith(argument: Node, module: Module): Extract<Node, { type: "CallExpression" }> | null {
  const call = module.parents.get(argument);
  return call?.type === "CallExpression" && call.arguments[0] === argument ? call : null;
}

export const holesOf = (text: Node): readonly Node[] => (text.type === "TemplateLiteral" ? text.expressions : []);

/** The package that a name is imported from; null: it is declared in another way. */
export function importedFrom(name: Node, module: Module): string | null {
  const [id] = module.bindingOf.get(name)?.declarations ?? [];
  const specifier = id && module.parents.get(id);
  const statement = specifier && module.parents.get(specifier);
  return statement?.type === "ImportDeclaration" ? statement.source.value : null;
}

/** A piece of SQL that is made before it is sent: `` sql`…` ``, `sql.raw("…")`. */
export function fragmentOf(text: Node, module: Module): { outer: Node; raw: boolean; tag: Node } | null {
  const tagged = taggedBy(text, module);
  if (tagged) return isSql(tagged.tag) ? { outer: tagged, raw: false, tag: tagged.tag } : null;
  const call = callWith(text, module);
  if (!call || memberName(call.callee) !== "raw" || call.arguments.length !== 1) return null;
  if (call.callee.type !== "MemberExpression" || !isSql(call.callee.object)) return null;
  return { outer: call, raw: true, tag: call.callee.object };
}

const isSql = (tag: Node): boolean => tag.type === "Identifier" && /^sql$/i.test(tag.name);
