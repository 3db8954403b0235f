import { isGone, type Scene } from "../draft.ts";
import type { TokenClaims } from "../find/token.ts";
import type { Edit } from "../syntax/cut.ts";
import type { Module } from "../syntax/module.ts";
import { functionAround } from "../syntax/scope.ts";
import { nodesIn, type Node } from "../syntax/node.ts";

/**
 * Give claims a name that are taken apart where they are made: `const { tenant } = verifyToken(…)`. Names of the pattern
 * that are still used after some edits are taken from it. Empty: the claims have a name. Null: it cannot be done.
 */
export function nameClaims(
  { unnamed, code }: TokenClaims,
  edits: readonly Edit[],
  module: Module,
  scene: Scene,
): Edit[] | null {
  if (!unnamed) return [];
  const { pattern, becomes } = unnamed;
  const statement = statementAround(pattern, module);
  if (pattern.type !== "ObjectPattern" || !statement || isGone(scene, module, pattern)) return null;
  if (isNamedBeside(pattern, code, module, scene)) return null;
  const isCut = (node: Node): boolean =>
    isGone(scene, module, node) ||
    edits.some(({ path, start, end }) => path === module.path && start <= node.start && node.end <= end);
  const isUsed = (part: Node): boolean =>
    [...nodesIn(part)].some((node) => {
      const binding = module.bindingOf.get(node);
      return binding?.references.some((one) => !binding.declarations.includes(one) && !isCut(one)) ?? false;
    });
  const left = pattern.properties.filter((one) => one.type === "RestElement" || isUsed(one.value));
  const { path, text } = module;
  const named: Edit = { path, start: pattern.start, end: pattern.end, text: becomes };
  if (left.length === 0) return [named];
  // what is wrapped is one property, whose parts would have to be told apart
  if (becomes !== code || left.some(({ type }) => type === "RestElement")) return null;
  const indent = /[ \t]*$/.exec(text.slice(0, statement.start))?.[0] ?? "";
  const line = text.includes("\r\n") ? "\r\n" : "\n";
  const end = text.slice(statement.start, statement.end).endsWith(";") ? ";" : "";
  const parts = left.map((one) => text.slice(one.start, one.end)).join(", ");
  const after = `${line}${indent}const { ${parts} } = ${code}${end}`;
  return [named, { path, start: statement.end, end: statement.end, text: after }];
}

/** True if claims of another token got the name in the same function. */
function isNamedBeside(pattern: Node, code: string, module: Module, { draft }: Scene): boolean {
  const around = functionAround(pattern, module.parents) ?? module.program;
  return (draft.edits.get(module.path) ?? []).some(
    ({ start, end, text }) =>
      around.start <= start && end <= around.end && (text === code || text.endsWith(`${code} }`)),
  );
}

function statementAround(pattern: Node, module: Module): Node | null {
  const declarator = module.parents.get(pattern);
  const statement = declarator && module.parents.get(declarator);
  return statement?.type === "VariableDeclaration" ? statement : null;
}
