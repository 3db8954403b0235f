import { projectOf, type ProjectInput } from "./project.ts";

/**
 * The order in which files are written: new ones first, then each after the files that import from it. Where the writing
 * is cut short, what a call means can still be read, so a second run finds what is left.
 */
export function writeOrder(paths: readonly string[], input: ProjectInput): string[] {
  const project = projectOf(input);
  const changed = new Set(paths);
  const done = new Set<string>(paths.filter((path) => !project.modules.has(path)));
  const visiting = new Set<string>();
  const visit = (path: string): void => {
    if (done.has(path) || visiting.has(path)) return;
    visiting.add(path);
    for (const { module } of project.importersOf(path)) if (changed.has(module.path)) visit(module.path);
    done.add(path);
  };
  for (const path of paths) visit(path);
  return [...done];
}
