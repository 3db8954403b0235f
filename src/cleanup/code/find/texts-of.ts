import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import { bare, constantText, isFunction, keyName, memberName, type FunctionNode, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";

/** A place in the code. */
interface At {
  node: Node;
  module: Module;
}

/** Steps from a name to the constants that it may hold, after which it counts as made at run time. */
const MOST_STEPS = 4;

/**
 * The texts that an expression may be: a constant, of this module or of another, a member of an object of constants, a
 * parameter whose calls all pass constants. Null: it is made at run time.
 */
export function textsOf({ node, module }: At, project: Project, steps = MOST_STEPS): string[] | null {
  const inner = bare(node);
  const constant = constantText(inner);
  if (constant !== null) return [constant];
  if (steps === 0) return null;
  const all = (nodes: readonly At[]): string[] | null => {
    const texts = nodes.map((one) => textsOf(one, project, steps - 1));
    return texts.length > 0 && texts.every((one) => one !== null) ? texts.flat() : null;
  };
  if (inner.type === "ConditionalExpression")
    return all([inner.consequent, inner.alternate].map((one) => ({ node: one, module })));
  if (inner.type === "LogicalExpression") return all([inner.left, inner.right].map((one) => ({ node: one, module })));
  if (inner.type === "MemberExpression") {
    const value = memberValue(inner, module, project);
    return value && all([value]);
  }
  const binding = inner.type === "Identifier" ? module.bindingOf.get(inner) : undefined;
  const declared = binding && declarationOf(project.meant(binding), project);
  if (!declared) return null;
  const declarator = declared.module.parents.get(declared.node);
  if (declarator?.type === "VariableDeclarator") {
    const statement = declared.module.parents.get(declarator);
    const isConst = statement?.type === "VariableDeclaration" && statement.kind === "const";
    return isConst && declarator.init ? all([{ node: declarator.init, module: declared.module }]) : null;
  }
  const literals = literalsOfType(declared.node);
  if (literals) return literals;
  const passed = passedTo(declared, project);
  return passed && all(passed);
}

function declarationOf({ path, declarations: [node] }: Binding, project: Project): At | null {
  const module = project.modules.get(path);
  return module && node ? { module, node } : null;
}

/** The value of `NAMES.key`, where `NAMES` is an object or an enum. */
function memberValue(node: Extract<Node, { type: "MemberExpression" }>, module: Module, project: Project): At | null {
  const name = memberName(node);
  const binding = node.object.type === "Identifier" ? module.bindingOf.get(node.object) : undefined;
  const declared = binding && declarationOf(project.meant(binding), project);
  const holder = declared && declared.module.parents.get(declared.node);
  if (!declared || name === null) return null;
  if (holder?.type === "TSEnumDeclaration") {
    const member = holder.body.members.find(({ id }) => keyName(id) === name);
    return member?.initializer ? { node: member.initializer, module: declared.module } : null;
  }
  const value = holder?.type === "VariableDeclarator" && holder.init ? bare(holder.init) : null;
  if (value?.type !== "ObjectExpression") return null;
  const property = value.properties.find((one) => one.type === "Property" && keyName(one.key) === name);
  return property?.type === "Property" ? { node: property.value, module: declared.module } : null;
}

/** `"a" | "b"` as the type of a parameter. */
function literalsOfType(node: Node): string[] | null {
  const type = node.type === "Identifier" ? node.typeAnnotation?.typeAnnotation : null;
  const parts = type?.type === "TSUnionType" ? type.types : type ? [type] : [];
  const texts = parts.map((one) => (one.type === "TSLiteralType" ? constantText(one.literal) : null));
  return texts.length > 0 && texts.every((text) => text !== null) ? texts : null;
}

/** The arguments that calls pass to a parameter; null where not every use of its function is a call that can be seen. */
function passedTo({ node, module }: At, project: Project): At[] | null {
  const fn = module.parents.get(node);
  if (!fn || !isFunction(fn)) return null;
  const index = fn.params.findIndex((one) => one === node);
  const calls = index === -1 ? null : callsOf(fn, module, project);
  const passed = (calls ?? []).flatMap((one): At[] => {
    const argument = one.call.arguments[index];
    return argument && argument.type !== "SpreadElement" ? [{ module: one.module, node: argument }] : [];
  });
  return passed.length === calls?.length ? passed : null;
}

type Call = Extract<Node, { type: "CallExpression" }>;

/** The calls of a function by its name; null where it is also used in another way, or has none. */
function callsOf(fn: FunctionNode, module: Module, project: Project): { module: Module; call: Call }[] | null {
  const holder = module.parents.get(fn);
  const id = fn.id ?? (holder?.type === "VariableDeclarator" ? holder.id : null);
  const binding = id && module.bindingOf.get(id);
  if (!binding || project.open.has(module.path)) return null;
  const uses = project.usesOf(binding).filter((use) => use.node !== id);
  const calls = uses.flatMap((use) => {
    const call = use.module.parents.get(use.node);
    return call?.type === "CallExpression" && call.callee === use.node ? [{ module: use.module, call }] : [];
  });
  return calls.length === uses.length ? calls : null;
}
