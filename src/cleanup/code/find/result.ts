import type { Module } from "../syntax/module.ts";
import { childrenOf, type Node } from "../syntax/node.ts";
import type { Binding } from "../syntax/scope.ts";
import { positionOf } from "./calls.ts";

/** Statements that exist for one call: the call, and the check of its error below it. */
export interface CallStatements {
  first: Node;
  last: Node;
  /** true if a check of the error goes along */
  checked: boolean;
  awaited: boolean;
}

/**
 * The statements that a call makes up: its result is not used, or only by an `if` directly below that looks at its
 * error. Null: the result is used.
 */
export function statementsOf(call: Node, module: Module): CallStatements | null {
  const { outer, parent, awaited } = positionOf(call, module);
  if (parent.type === "ExpressionStatement") return { first: parent, last: parent, checked: false, awaited };
  if (parent.type === "MemberExpression") return handledChain(parent, module);
  if (parent.type !== "VariableDeclarator" || parent.init !== outer || !awaited) return null;
  const declaration = module.parents.get(parent);
  if (declaration?.type !== "VariableDeclaration" || declaration.declarations.length !== 1) return null;
  const names = boundBy(parent.id, module);
  const block = module.parents.get(declaration);
  if (names === null || !block) return null;
  const statements = childrenOf(block);
  const next = statements[statements.indexOf(declaration) + 1];
  const references = names.flatMap(({ references }) => references);
  if (references.length === 0) return { first: declaration, last: declaration, checked: false, awaited };
  if (next?.type !== "IfStatement" || next.alternate !== null || !looksAtError(next.test, names, module)) return null;
  if (!references.every((one) => one.start >= next.start && one.end <= next.end)) return null;
  return { first: declaration, last: next, checked: true, awaited };
}

/** `const { error } = …` or `const result = …`; null if anything but the error is taken out. */
function boundBy(id: Node, module: Module): Binding[] | null {
  const bound = (node: Node): Binding[] => {
    const binding = module.bindingOf.get(node);
    return binding ? [binding] : [];
  };
  if (id.type === "Identifier") return bound(id);
  if (id.type !== "ObjectPattern" || id.properties.length !== 1) return null;
  const [property] = id.properties;
  if (property?.type !== "Property" || property.key.type !== "Identifier" || property.key.name !== "error") return null;
  return property.value.type === "Identifier" ? bound(property.value) : null;
}

/** True for `error`, `error !== null`, `result.error`, `error && …` over the names alone. */
function looksAtError(test: Node, names: readonly Binding[], module: Module): boolean {
  const isName = (node: Node): boolean => {
    const binding = module.bindingOf.get(node);
    return binding !== undefined && names.includes(binding);
  };
  switch (test.type) {
    case "Identifier":
      return isName(test);
    case "MemberExpression":
      return isName(test.object) && test.property.type === "Identifier" && test.property.name === "error";
    case "BinaryExpression":
      return (
        ["!=", "!=="].includes(test.operator) &&
        looksAtError(test.left, names, module) &&
        ((test.right.type === "Literal" && test.right.value === null) ||
          (test.right.type === "Identifier" && test.right.name === "undefined"))
      );
    default:
      return false;
  }
}

/** `await call.catch(…)`, and `call.then(({ error }) => { if (error) … })` that looks at the error alone. */
function handledChain(member: Extract<Node, { type: "MemberExpression" }>, module: Module): CallStatements | null {
  const outer = module.parents.get(member);
  if (outer?.type !== "CallExpression" || outer.callee !== member || member.property.type !== "Identifier") return null;
  const { name } = member.property;
  const callback = outer.arguments[0];
  if (name !== "catch" && !(name === "then" && outer.arguments.length === 1 && onlyLooksAtError(callback, module)))
    return null;
  return statementsOf(outer, module);
}

function onlyLooksAtError(callback: Node | undefined, module: Module): boolean {
  if (callback?.type !== "ArrowFunctionExpression" && callback?.type !== "FunctionExpression") return false;
  const [parameter] = callback.params;
  const names = parameter ? boundBy(parameter, module) : [];
  if (names === null || callback.body?.type !== "BlockStatement") return false;
  return callback.body.body.every(
    (one) => one.type === "IfStatement" && one.alternate === null && looksAtError(one.test, names, module),
  );
}
