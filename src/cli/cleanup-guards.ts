import { cleanUpGuards } from "../pipeline/cleanup-guards.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import { readWorkTree } from "../pipeline/code-files.ts";
import { configOf } from "../pipeline/ready.ts";
import { retiredInProject } from "../pipeline/retired-in-project.ts";
import { openSource, type ProjectOptions } from "../pipeline/source.ts";
import { cleanupGuardsJson, renderCleanupGuards } from "../report/cleanup-guards.ts";
import { codePatch } from "../report/code-patch.ts";
import type { CodeFlags } from "./cleanup-code.ts";
import { EXIT } from "./exit.ts";
import { nextAfter } from "./next-part.ts";
import { recorded } from "./record.ts";
import { printJson } from "./json-output.ts";
import { sayReplay } from "./options.ts";
import { coloursFor, print, printForProgram, sayAsIs } from "./terminal.ts";

/**
 * Take out what demands the old pattern. With --write the report goes to stdout; without it the patch does, and the report
 * goes to stderr. Returns the exit code: 3 while a person has something to decide.
 */
export async function cleanUpGuardsOf(options: ProjectOptions, flags: CodeFlags): Promise<number> {
  const source = await openSource(options);
  try {
    const config = configOf(source);
    sayReplay(source);
    const tree = await readWorkTree(options.projectDir);
    const retired = await retiredInProject(source, config, tree, options.projectDir);
    const cleanup = await cleanUpGuards(source, retired, {
      projectDir: options.projectDir,
      write: flags.write ?? false,
      allowDirty: flags.allowDirty ?? false,
      progress: options.progress,
    });
    const end = (): Promise<CleanupPart | null> => nextAfter("guards", cleanup, source, options.projectDir);
    if (flags.format === "json") printJson(cleanupGuardsJson(cleanup));
    else if (flags.write) print(renderCleanupGuards(cleanup, await end(), coloursFor(process.stdout)));
    else {
      printForProgram(codePatch(cleanup));
      sayAsIs(renderCleanupGuards(cleanup, await end(), coloursFor(process.stderr)));
    }
    const exit = cleanup.names.settings.size === 0 || cleanup.left.length > 0 ? EXIT.notProven : EXIT.fine;
    // a patch changes nothing yet
    if (!cleanup.written && cleanup.files.length > 0) return exit;
    const fact = { kind: "cleanup", part: "guards", files: cleanup.files.length, left: cleanup.left.length } as const;
    return await recorded(options.projectDir, exit, { fact });
  } finally {
    await source.close();
  }
}
