import { childrenOf, type Node } from "./node.ts";

/** True if a call has no effect. */
export type CallIsPure = (callee: Node) => boolean;

/** True for an expression that has no effect: names, members, literals, and operators over them. */
export function isPure(node: Node, callIsPure: CallIsPure = () => false): boolean {
  const isPureToo = (one: Node): boolean => isPure(one, callIsPure);
  switch (node.type) {
    case "Identifier":
    case "Literal":
    case "ThisExpression":
    case "ArrowFunctionExpression":
    case "FunctionExpression":
      return true;
    case "CallExpression":
      return (
        (isKnownPure(node.callee) || makesClient(node) || callIsPure(node.callee)) &&
        (node.callee.type !== "MemberExpression" || isPureToo(node.callee.object)) &&
        node.arguments.every(isPureToo)
      );
    case "AwaitExpression":
      return node.argument.type === "CallExpression" && makesClient(node.argument) && isPureToo(node.argument);
    case "NewExpression":
      return node.callee.type === "Identifier" && node.callee.name === "Date" && node.arguments.every(isPureToo);
    case "MemberExpression":
    case "LogicalExpression":
    case "BinaryExpression":
    case "ConditionalExpression":
    case "ChainExpression":
    case "TemplateLiteral":
    case "TemplateElement":
    case "ArrayExpression":
    case "ObjectExpression":
    case "SpreadElement":
    case "Property":
      return childrenOf(node).every(isPureToo);
    case "TSAsExpression":
    case "TSNonNullExpression":
    case "TSSatisfiesExpression":
      return isPureToo(node.expression);
    case "UnaryExpression":
      return node.operator !== "delete" && isPureToo(node.argument);
    default:
      return false;
  }
}

/** `createClient()`, `createServerClient()`, `getSupabase()`: making a client of supabase-js sends nothing. */
function makesClient({ callee, arguments: given }: Extract<Node, { type: "CallExpression" }>): boolean {
  if (callee.type !== "Identifier") return false;
  return CLIENTS.test(callee.name) || (callee.name === "createClient" && given.length === 0);
}

const CLIENTS =
  /^(?:create|get|make|use)\w*[sS]upabase\w*$|(?:[sS]erver|[bB]rowser|[aA]dmin|[sS]ervice|[aA]ction|[aA]non)Client$/;

/** Functions and methods of the language that have no effect. */
function isKnownPure(callee: Node): boolean {
  if (callee.type === "Identifier") return PURE_CALLS.has(callee.name);
  if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return false;
  const object = callee.object.type === "Identifier" ? callee.object.name : "";
  return PURE_METHODS.has(callee.property.name) || PURE_STATICS.has(`${object}.${callee.property.name}`);
}

const PURE_METHODS: ReadonlySet<string> = new Set(["toString", "toISOString", "trim", "toLowerCase", "toUpperCase"]);
const PURE_STATICS: ReadonlySet<string> = new Set(["JSON.stringify", "Date.now", "crypto.randomUUID", "Object.keys"]);
const PURE_CALLS: ReadonlySet<string> = new Set(["String", "Number", "Boolean", "BigInt", "Symbol", "randomUUID"]);
