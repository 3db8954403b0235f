import { isTestFile } from "./draft.ts";
import { settersOf } from "./find/functions.ts";
import { projectOf, type ProjectInput } from "./project/project.ts";
import type { Retired } from "./retired.ts";

/** Names of the project's functions whose only effect is to set the context. */
export function contextNames(input: ProjectInput, retired: Retired): Set<string> {
  const { setters } = settersOf(projectOf(input), retired);
  return new Set([...setters].flatMap(([{ name }, { module }]) => (isTestFile(module.path) ? [] : [name])));
}
