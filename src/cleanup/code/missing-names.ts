import { missingCalls } from "./find/missing.ts";
import { projectOf, type ProjectInput } from "./project/project.ts";
import type { Retired } from "./retired.ts";

/** Names of the functions that the code calls and that the database does not have. */
export const missingNames = (input: ProjectInput, retired: Retired): Set<string> =>
  new Set(missingCalls(projectOf(input), retired).flatMap(({ name }) => name ?? []));
