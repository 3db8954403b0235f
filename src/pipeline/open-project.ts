import { resolve } from "node:path";
import { silent } from "../progress.ts";
import { openSource, type ProjectOptions, type Source } from "./source.ts";

/**
 * Read the catalog of a project's folder: its migrations are replayed into an embedded scratch database, or with `db`
 * a live database is read. Close the source at the end. Throws RlsmithError as `openSource` does.
 *
 * @example
 * ```ts
 * import { openProject } from "rlsmith";
 *
 * const project = await openProject(".");
 * try {
 *   for (const { schema, relation, name } of project.catalog.policies) console.log(schema, relation, name);
 * } finally {
 *   await project.close();
 * }
 * ```
 */
export const openProject = async (projectDir: string, options: Partial<ProjectOptions> = {}): Promise<Source> =>
  openSource({
    scratch: { kind: "embedded" },
    strict: false,
    bindOwner: true,
    progress: silent,
    ...options,
    projectDir: resolve(projectDir),
  });
