import { isFunction, isSent, memberName, type Binding, type Module, type Node, type Project } from "../code/index.ts";
import { declarationOf } from "./declaration.ts";

/** What becomes of a text: it is sent as SQL; it is given to code that is not followed; null: neither. */
export type Sending = "sent" | "given" | null;

/** Where a node or what it is made into goes. A text goes on through lists, names, parameters and results of functions. */
export function sendingOf(node: Node, module: Module, project: Project): Sending {
  return followed(node, module, project, new Set());
}

/** Nodes that hold a text, and pass it on. */
const HOLDS =
  /^(?:Property|ObjectExpression|ArrayExpression|SpreadElement|TemplateLiteral|LogicalExpression|TS\w*Expression)$/;

/** Calls that only compare a text, print it, or take it as a title. */
const ONLY_LOOKS =
  /^(?:expect|assert|it|test|describe|suite|to[A-Z]\w*|(?:not)?(?:deep)?(?:strict)?equal|match|includes|log|info|warn|error|writeFile(?:Sync)?)$/i;

function followed(node: Node, module: Module, project: Project, seen: Set<Binding>): Sending {
  let at = node;
  for (let parent = module.parents.get(at); parent; at = parent, parent = module.parents.get(at)) {
    if (parent.type === "TaggedTemplateExpression") return "sent";
    if (parent.type === "CallExpression" || parent.type === "NewExpression")
      return at === parent.callee ? null : byCall(parent, at, module, project, seen);
    if (parent.type === "VariableDeclarator") return byUses(parent.id, module, project, seen);
    if (parent.type === "ForOfStatement")
      return at === parent.right ? byUses(loopName(parent.left), module, project, seen) : null;
    if (isFunction(parent)) return at === parent.body ? byResult(parent, module, project, seen) : null;
    if (parent.type === "ReturnStatement") return byResult(parent, module, project, seen);
    if (parent.type === "AssignmentExpression") return at === parent.right ? "given" : null;
    if (parent.type === "MemberExpression") return parent.object === at ? "given" : null;
    if (parent.type === "ConditionalExpression" ? at === parent.test : !HOLDS.test(parent.type) && !isSum(parent))
      return null;
  }
  return null;
}

const isSum = (node: Node): boolean => node.type === "BinaryExpression" && node.operator === "+";

const loopName = (left: Node): Node | null =>
  left.type === "VariableDeclaration" ? (left.declarations[0]?.id ?? null) : null;

/** A text as the argument of a call: what the function does with its parameter. */
function byCall(
  call: Extract<Node, { type: "CallExpression" | "NewExpression" }>,
  argument: Node,
  module: Module,
  project: Project,
  seen: Set<Binding>,
): Sending {
  if (isSent(argument, module)) return "sent";
  const { callee } = call;
  const name = memberName(callee) ?? (callee.type === "Identifier" ? callee.name : "");
  const binding = callee.type === "Identifier" ? module.bindingOf.get(callee) : undefined;
  const meant = binding && project.meant(binding);
  const home = meant && project.modules.get(meant.path);
  const declaration = meant ? declarationOf(meant, project) : null;
  const fn = declaration?.type === "VariableDeclarator" ? declaration.init : declaration;
  if (!home || !fn || !("params" in fn)) return ONLY_LOOKS.test(name) ? null : "given";
  const parameter = fn.params[call.arguments.findIndex((one) => one === argument)];
  return byUses(parameter?.type === "AssignmentPattern" ? parameter.left : (parameter ?? null), home, project, seen);
}

/** A text that a name holds: where the name is used. */
function byUses(name: Node | null, module: Module, project: Project, seen: Set<Binding>): Sending {
  const binding = name?.type === "Identifier" ? module.bindingOf.get(name) : undefined;
  if (!binding) return "given";
  if (seen.has(binding)) return null;
  seen.add(binding);
  const uses = project.usesOf(binding).filter(({ node }) => !binding.declarations.includes(node));
  return strongest(uses.map((use) => followed(use.node, use.module, project, seen)));
}

/** A text that a function returns: where its calls are. A function without a name is called by code that is not followed. */
function byResult(place: Node, module: Module, project: Project, seen: Set<Binding>): Sending {
  const name = nameOfFunction(place, module);
  const binding = name?.type === "Identifier" ? module.bindingOf.get(name) : undefined;
  if (!binding) return "given";
  if (seen.has(binding)) return null;
  seen.add(binding);
  return strongest(
    project.usesOf(binding).map(({ node, module: home }): Sending => {
      if (binding.declarations.includes(node)) return null;
      const parent = home.parents.get(node);
      if (parent?.type !== "CallExpression" || parent.callee !== node) return "given";
      return followed(parent, home, project, seen);
    }),
  );
}

/** The name of the function that a place stands in; null: it has none. */
function nameOfFunction(place: Node, module: Module): Node | null {
  for (let at: Node | undefined = place; at; at = module.parents.get(at)) {
    if (at.type === "FunctionDeclaration") return at.id;
    if (!isFunction(at)) continue;
    const holder = module.parents.get(at);
    return holder?.type === "VariableDeclarator" ? holder.id : null;
  }
  return null;
}

const strongest = (found: readonly Sending[]): Sending =>
  found.includes("sent") ? "sent" : found.includes("given") ? "given" : null;
