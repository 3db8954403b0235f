import type { Project } from "../project/project.ts";
import { constantText, keyName, type Node } from "../syntax/node.ts";
import type { Module } from "../syntax/module.ts";
import type { Binding } from "../syntax/scope.ts";

/**
 * Uses of a function in files that get it by `require(…)`, `import(…)` or `import a = require(…)`, also through a barrel.
 * Such a name is not followed: it is found by how it is written.
 */
export function loadedUses(binding: Binding, project: Project): { path: string; node: Node }[] {
  const given = namesGiven(binding, project);
  return [...project.modules.values()].flatMap((module) => {
    if (!given.some((name) => module.text.includes(name))) return [];
    const names = new Set(
      module.nodes.flatMap((node) => {
        const to = loaded(node, module, project);
        return to ? given.filter((name) => project.exported(to, name) === binding) : [];
      }),
    );
    return module.nodes.flatMap((node) => (names.has(keyName(node) ?? "") ? [{ path: module.path, node }] : []));
  });
}

/** The module that an expression loads while the program runs. */
function loaded(node: Node, module: Module, project: Project): Module | null {
  if (node.type === "ImportExpression") return moduleOf(constantText(node.source), module, project);
  if (node.type === "TSExternalModuleReference") return moduleOf(constantText(node.expression), module, project);
  return node.type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "require"
    ? moduleOf(constantText(node.arguments[0]), module, project)
    : null;
}

const moduleOf = (specifier: string | null, from: Module, project: Project): Module | null =>
  specifier === null ? null : project.target(from, specifier);

/** The names under which modules give the function to others. */
const namesGiven = (binding: Binding, project: Project): string[] => [
  ...new Set([
    binding.name,
    ...(project.isDefault(binding) ? ["default"] : []),
    ...project.linksTo(binding).flatMap(({ node }) => ("exported" in node ? (keyName(node.exported) ?? []) : [])),
  ]),
];
