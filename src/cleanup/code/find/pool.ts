import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import { bare, constantText, keyName, memberName, type Node } from "../syntax/node.ts";
import { importedFrom } from "./drivers/index.ts";
import type { SqlText } from "./driver.ts";

/**
 * True if each statement has a connection of its own: the receiver is a pool by its type or by what made it. A local
 * setting ends with its own statement there.
 */
export function isPool({ module, query }: SqlText, project: Project): boolean {
  if (!query) return false;
  if (query.driver === "supabase-server") return true;
  // the elements of `$transaction([…])` share a transaction
  return !isElement(query.call, module) && isPoolValue(query.receiver, { module, project, depth: MOST_NAMES });
}

const isElement = (call: Node, module: Module): boolean => module.parents.get(call)?.type === "ArrayExpression";

/** Names that are followed from one to the next. */
const MOST_NAMES = 10;

/** Where a value is. */
interface Place {
  module: Module;
  project: Project;
  /** how many more names are followed */
  depth: number;
}

/** True for a pool, or a name of one. */
const isPoolValue = (value: Node, at: Place): boolean => makesPool(bare(value), at) || isPoolName(bare(value), at);

function isPoolName(name: Node, { module: from, project, depth }: Place): boolean {
  const binding = name.type === "Identifier" ? from.bindingOf.get(name) : undefined;
  const declared = binding && project.meant(binding);
  const module = declared && project.modules.get(declared.path);
  const [id] = declared?.declarations ?? [];
  if (!module || id?.type !== "Identifier" || depth === 0) return false;
  const type = id.typeAnnotation?.typeAnnotation;
  if (type?.type === "TSTypeReference" && namesPool(type.typeName, module.text)) return true;
  const declarator = module.parents.get(id);
  const statement = declarator && module.parents.get(declarator);
  // another variable may be assigned anything
  const isConst = statement?.type === "VariableDeclaration" && statement.kind === "const";
  const made = declarator?.type === "VariableDeclarator" && isConst ? declarator.init : null;
  return made !== null && isPoolValue(made, { module, project, depth: depth - 1 });
}

/** `new Pool()`, `new PrismaClient()`, `new Kysely(…)`, `knex(…)`, `postgres(…)`, `drizzle(pool)`, `kept ?? new Pool()`. */
function makesPool(made: Node, at: Place): boolean {
  const { text } = at.module;
  if (made.type === "LogicalExpression") return made.operator !== "&&" && isPoolValue(made.right, at);
  if (made.type === "NewExpression")
    return namesPool(made.callee, text) || CLIENTS.test(text.slice(made.callee.start, made.callee.end));
  if (made.type !== "CallExpression") return false;
  // Prisma's extensions have the connections of their client
  if (made.callee.type === "MemberExpression")
    return memberName(made.callee) === "$extends" && isPoolValue(made.callee.object, at);
  if (made.callee.type !== "Identifier") return false;
  if (/^(?:knex|Knex|postgres)$/.test(made.callee.name)) return true;
  // the default of these packages under another name
  if (/^(?:knex|postgres)$/.test(importedFrom(made.callee, at.module) ?? "")) return true;
  const [first] = made.arguments;
  return made.callee.name === "drizzle" && first !== undefined && isDrizzlePool(bare(first), at);
}

/** The first argument of `drizzle`: a pool, a URL or `{ connection }`, of which it makes one, or `{ client: pool }`. */
function isDrizzlePool(first: Node, at: Place): boolean {
  if (first.type !== "ObjectExpression") return isUrl(first) || isPoolValue(first, at);
  const named = first.properties.map((one) =>
    one.type === "Property" && !one.computed ? { name: keyName(one.key), value: one.value } : null,
  );
  // what is spread may be a client
  if (named.includes(null)) return false;
  const client = named.find((one) => one?.name === "client");
  return client ? isPoolValue(client.value, at) : named.some((one) => one?.name === "connection");
}

/** A text, or a variable of the environment. */
const isUrl = (node: Node): boolean =>
  constantText(node) !== null ||
  node.type === "TemplateLiteral" ||
  (node.type === "MemberExpression" && memberName(node.object) === "env");

const CLIENTS = /^(?:PrismaClient|Kysely)$/;

const namesPool = ({ start, end }: Node, text: string): boolean => /(?:^|\.)\w*Pool$/.test(text.slice(start, end));
