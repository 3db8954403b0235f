import { decide, isGone, isTestFile, type Scene } from "./draft.ts";
import { mentionIn, sqlTextsIn } from "./find/driver.ts";
import type { Module } from "./syntax/module.ts";
import { memberName, nodesIn, type Node } from "./syntax/node.ts";
import { patternNames, type Binding } from "./syntax/scope.ts";

const OPENS: ReadonlySet<string> = new Set(["run", "enterWith"]);

/**
 * List where a store of `AsyncLocalStorage` is filled that only feeds the context: its callback stays, so nothing is
 * edited.
 */
export function listStores(scene: Scene): void {
  for (const module of scene.project.modules.values()) {
    if (!module.text.includes("AsyncLocalStorage")) continue;
    for (const store of storesIn(module)) listStore(store, scene);
  }
}

/** `const store = new AsyncLocalStorage()`. */
const storesIn = (module: Module): Binding[] =>
  module.nodes.flatMap((node) => {
    if (node.type !== "VariableDeclarator" || node.init?.type !== "NewExpression") return [];
    const { callee } = node.init;
    const name = callee.type === "Identifier" ? callee.name : memberName(callee);
    const binding = name === "AsyncLocalStorage" ? module.bindingOf.get(node.id) : undefined;
    return binding ? [binding] : [];
  });

function listStore(store: Binding, scene: Scene): void {
  const calls = scene.project.usesOf(store).flatMap(({ module, node }) => {
    const member = module.parents.get(node);
    const call = member && module.parents.get(member);
    return member?.type === "MemberExpression" && call?.type === "CallExpression" && call.callee === member
      ? [{ module, call, name: memberName(member) ?? "" }]
      : [];
  });
  const reads = calls.filter(({ name }) => name === "getStore");
  if (reads.length === 0 || !reads.every(({ module, call }) => onlyFeeds(call, module, scene))) return;
  for (const { module, call, name } of calls)
    if (OPENS.has(name) && !isTestFile(module.path) && !isGone(scene, module, call))
      decide(scene, { path: module.path, at: call.start, reason: "async-store", what: `${store.name}.${name}` });
}

/** True if a value goes nowhere but into the context. */
function onlyFeeds(read: Node, module: Module, scene: Scene): boolean {
  if (isInContext(read, module, scene)) return true;
  let at = read;
  let parent = module.parents.get(at);
  while (parent && parent.type !== "VariableDeclarator") {
    const passes = /^(?:MemberExpression|ChainExpression|LogicalExpression|TS\w+Expression)$/.test(parent.type);
    if (!passes) return false;
    at = parent;
    parent = module.parents.get(at);
  }
  const names = parent?.type === "VariableDeclarator" && parent.init === at ? patternNames(parent.id) : [];
  const bindings = names.flatMap((id) => module.bindingOf.get(id) ?? []);
  return (
    bindings.length > 0 &&
    bindings.every(({ references }) =>
      references.every((use) => isInContext(use, module, scene) || isCondition(use, module)),
    )
  );
}

/** True in a call that sets the context, in SQL that does, and in what went. */
function isInContext(node: Node, module: Module, scene: Scene): boolean {
  const holds = (outer: Node): boolean => outer.start <= node.start && node.end <= outer.end;
  return (
    isGone(scene, module, node) ||
    scene.calls.some((one) => one.module === module && holds(one.node)) ||
    [...scene.setters.values()].some((one) => one.module === module && holds(one.node)) ||
    sqlTextsIn(module).some(
      ({ query, view }) => query !== null && holds(query.call) && mentionIn(view, scene.retired) === "sets",
    )
  );
}

/** The condition of an `if`. */
function isCondition(use: Node, module: Module): boolean {
  for (let at: Node = use, parent = module.parents.get(at); parent; at = parent, parent = module.parents.get(at)) {
    if (parent.type === "IfStatement") return [...nodesIn(parent.test)].includes(use);
    if (parent.type === "BlockStatement") return false;
  }
  return false;
}
