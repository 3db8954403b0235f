import type { Project } from "../project/project.ts";
import type { Retired } from "../retired.ts";
import type { Module } from "../syntax/module.ts";
import { isFunction, memberName, type FunctionNode, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";
import { isPure } from "../syntax/pure.ts";
import { hasOtherEffect, pureCallsOf } from "./pure-calls.ts";
import { callsIn, positionOf, type ContextCall } from "./calls.ts";
import { statementsOf } from "./result.ts";

/** What a function that only sets the context gives back. */
export type Returned =
  | { kind: "nothing" }
  /** one of its arguments, or an object of some of its members */
  | { kind: "argument"; index: number; members: ReadonlySet<string> | null }
  | { kind: "other" };

/** A function of the project whose only effect is to set the context. */
export interface Setter {
  binding: Binding;
  module: Module;
  node: FunctionNode;
  returned: Returned;
}

/** The functions that only set the context, also by one another, and all calls. */
export function settersOf(
  project: Project,
  retired: Retired,
): { setters: ReadonlyMap<Binding, Setter>; calls: ContextCall[] } {
  const setters = new Map<Binding, Setter>();
  const named = [...project.modules.values()].flatMap(namedFunctions);
  for (;;) {
    const calls = [...project.modules.values()].flatMap((module) =>
      callsIn(module, project, retired, new Set(setters.keys())),
    );
    const found = named.flatMap((one): Setter[] => {
      if (setters.has(one.binding)) return [];
      const inside = calls.filter(
        ({ module, node, mixed }) => !mixed && module === one.module && isInside(node, one.node),
      );
      const returned =
        inside.length === 0 ? null : returnedBy(one.node, inside, { module: one.module, setters, project });
      return returned === null ? [] : [{ ...one, returned }];
    });
    if (found.length === 0)
      return { setters, calls: calls.filter(({ module, node }) => !insideSetter(module, node, setters)) };
    for (const one of found) setters.set(one.binding, one);
  }
}

const isInside = (node: Node, outer: Node): boolean => node.start >= outer.start && node.end <= outer.end;

const insideSetter = (module: Module, node: Node, setters: ReadonlyMap<Binding, Setter>): boolean =>
  [...setters.values()].some((one) => one.module === module && isInside(node, one.node));

/** Functions with a name, and `const` that hold one. */
function namedFunctions(module: Module): Omit<Setter, "returned">[] {
  return module.nodes.flatMap((node) => {
    const named = (id: Node | null | undefined, fn: Node | null | undefined): Omit<Setter, "returned">[] => {
      const binding = id && module.bindingOf.get(id);
      return binding && isFunction(fn) ? [{ binding, module, node: fn }] : [];
    };
    if (node.type === "FunctionDeclaration") return named(node.id, node);
    if (node.type === "VariableDeclarator") return named(node.id, node.init);
    return [];
  });
}

/** What is left of a function without its calls; null if that has an effect. */
function returnedBy(
  fn: FunctionNode,
  calls: readonly ContextCall[],
  { module, setters, project }: { module: Module; setters: ReadonlyMap<Binding, Setter>; project: Project },
): Returned | null {
  if (fn.generator || fn.body === null || calls.some((one) => hasOtherEffect(one, project))) return null;
  const isPlain = fn.params.every((one) => one.type !== "AssignmentPattern" || isPure(one.right));
  if (!isPlain) return null;
  if (fn.body.type !== "BlockStatement") return resultOf(fn.body, fn, calls, { module, setters });
  let returned: Returned = { kind: "nothing" };
  const spoken = calls.flatMap(({ node }) => {
    const found = statementsOf(node, module);
    return found ? [found] : [];
  });
  const isOurs = (statement: Node): boolean =>
    spoken.some(({ first, last }) => statement.start >= first.start && statement.end <= last.end);
  const onlySets = (statement: Node): boolean => {
    if (isOurs(statement)) return true;
    if (statement.type === "VariableDeclaration")
      return statement.declarations.every(({ init }) => init === null || isPure(init, pureCallsOf(module, project)));
    if (statement.type === "TryStatement")
      return statement.block.body.length > 0 && statement.block.body.every(onlySets) && statement.finalizer === null;
    if (statement.type === "IfStatement")
      return (
        isPure(statement.test) &&
        [statement.consequent, statement.alternate].every((one) => one === null || isBranch(one))
      );
    if (statement.type !== "ReturnStatement") return false;
    const result: Returned | null =
      statement.argument === null ? { kind: "nothing" } : resultOf(statement.argument, fn, calls, { module, setters });
    if (result === null) return false;
    returned = result;
    return true;
  };
  // a branch may end the function, but not with a value of its own
  const isBranch = (branch: Node): boolean => {
    if (branch.type === "BlockStatement") return branch.body.every(isBranch);
    return branch.type === "ReturnStatement" ? branch.argument === null : onlySets(branch);
  };
  return fn.body.body.every(onlySets) ? returned : null;
}

/** The value of an expression that has no effect but a call. */
function resultOf(
  expression: Node,
  fn: FunctionNode,
  calls: readonly ContextCall[],
  { module, setters }: { module: Module; setters: ReadonlyMap<Binding, Setter> },
): Returned | null {
  const call = calls.find(({ node }) => positionOf(node, module).outer === expression);
  if (call) {
    const known = call.callee && setters.get(call.callee)?.returned;
    return known?.kind === "nothing" ? known : { kind: "other" };
  }
  const parameterOf = (node: Node): number => {
    const binding = module.bindingOf.get(node);
    return fn.params.findIndex((one) => binding !== undefined && module.bindingOf.get(one) === binding);
  };
  if (expression.type === "Identifier") {
    const index = parameterOf(expression);
    return index === -1 ? null : { kind: "argument", index, members: null };
  }
  if (expression.type === "Literal") return { kind: "other" };
  if (expression.type !== "ObjectExpression") return null;
  const members = new Set<string>();
  const indexes = new Set<number>();
  for (const one of expression.properties) {
    if (one.type !== "Property" || one.key.type !== "Identifier" || one.value.type !== "MemberExpression") return null;
    if (memberName(one.value) !== one.key.name) return null;
    members.add(one.key.name);
    indexes.add(parameterOf(one.value.object));
  }
  const [index = -1] = indexes;
  return indexes.size === 1 && index !== -1 ? { kind: "argument", index, members } : null;
}
