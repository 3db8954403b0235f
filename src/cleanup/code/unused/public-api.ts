import type { Project } from "../project/project.ts";
import type { Module } from "../syntax/module.ts";
import type { Binding } from "../syntax/scope.ts";

/** True if code outside the project may import a name: an entry of a package that may be published exports it. */
export function isPublic(binding: Binding, module: Module, project: Project): boolean {
  const entries = new Set(project.packages.filter((one) => !one.private).flatMap(({ entries }) => entries));
  if (entries.has(module.path)) return true;
  return project.linksTo(binding).some((link) => link.local === null && entries.has(link.module.path));
}
