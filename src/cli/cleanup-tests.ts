import { cleanUpTests } from "../pipeline/cleanup-tests.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import { openSource } from "../pipeline/source.ts";
import { cleanupTestsJson, renderCleanupTests } from "../report/cleanup-tests.ts";
import { codePatch } from "../report/code-patch.ts";
import type { CodeFlags } from "./cleanup-code.ts";
import { exitOfTests } from "./exit.ts";
import { nextAfter } from "./next-part.ts";
import { recorded } from "./record.ts";
import { printJson } from "./json-output.ts";
import { projectOptions, sayReplay, type SourceFlags } from "./options.ts";
import { coloursFor, print, printForProgram, sayAsIs } from "./terminal.ts";

/** The flags of `rlsmith cleanup --tests` that the other parts do not have. */
export interface TestsFlags {
  tests?: boolean;
  mutants?: number;
}

/**
 * Clean up the tests. With --write the report goes to stdout; without it the patch does, and the report goes to stderr.
 * Returns the exit code: 3 while a person has something to decide.
 */
export async function cleanUpTestsOf(project: string, flags: TestsFlags & CodeFlags & SourceFlags): Promise<number> {
  const options = await projectOptions(project, flags);
  const source = await openSource({ ...options, bindOwner: true });
  try {
    sayReplay(source);
    const { cleanup, retired } = await cleanUpTests(source, {
      project: options,
      write: flags.write ?? false,
      allowDirty: flags.allowDirty ?? false,
      check: flags.check,
      mutants: flags.mutants,
      progress: options.progress,
    });
    const end = (): Promise<CleanupPart | null> => nextAfter("tests", cleanup, source, options.projectDir);
    if (flags.format === "json") printJson(cleanupTestsJson(cleanup, retired));
    else if (flags.write) print(renderCleanupTests(cleanup, retired, await end(), coloursFor(process.stdout)));
    else {
      printForProgram(codePatch(cleanup));
      sayAsIs(renderCleanupTests(cleanup, retired, await end(), coloursFor(process.stderr)));
    }
    const exit = exitOfTests(cleanup, retired.settings.size);
    // a patch changes nothing yet
    if (!cleanup.written && cleanup.files.length > 0) return exit;
    const left = cleanup.kept.length + cleanup.failing.length + cleanup.missing.length;
    const fact = { kind: "cleanup", part: "tests", files: cleanup.files.length, left } as const;
    return await recorded(options.projectDir, exit, { fact });
  } finally {
    await source.close();
  }
}
