import type { Retired } from "../cleanup/code/index.ts";
import { cleanUpCode, type CodeCleanup } from "../pipeline/cleanup-code.ts";
import type { CleanupPart } from "../pipeline/cleanup-left.ts";
import { readWorkTree } from "../pipeline/code-files.ts";
import { configOf } from "../pipeline/ready.ts";
import { retiredInProject } from "../pipeline/retired-in-project.ts";
import { openSource, type ProjectOptions } from "../pipeline/source.ts";
import { cleanupCodeJson, renderCleanupCode } from "../report/cleanup-code.ts";
import { codePatch } from "../report/code-patch.ts";
import { EXIT } from "./exit.ts";
import { nextAfter } from "./next-part.ts";
import { recorded } from "./record.ts";
import { printJson } from "./json-output.ts";
import { sayReplay } from "./options.ts";
import { coloursFor, print, printForProgram, sayAsIs, type Format } from "./terminal.ts";

/** The flags of `rlsmith cleanup --code`. */
export interface CodeFlags {
  format: Format;
  write?: boolean;
  allowDirty?: boolean;
  check?: string;
}

/**
 * Clean up the application code. With --write the report goes to stdout; without it the patch does, and the report goes
 * to stderr, so that `git apply` can read stdout. Returns the exit code: 3 while a person has something to decide.
 */
export async function cleanUpCodeOf(options: ProjectOptions, flags: CodeFlags): Promise<number> {
  const source = await openSource(options);
  try {
    const tree = await readWorkTree(options.projectDir);
    const retired = await retiredInProject(source, configOf(source), tree, options.projectDir);
    sayReplay(source);
    const cleanup = await cleanUpCode(retired, {
      projectDir: options.projectDir,
      write: flags.write ?? false,
      allowDirty: flags.allowDirty ?? false,
      check: flags.check,
      progress: options.progress,
    });
    const end = (): Promise<CleanupPart | null> => nextAfter("code", cleanup, source, options.projectDir);
    if (flags.format === "json")
      printJson({ format: "rlsmith-cleanup-code", formatVersion: 1, code: cleanupCodeJson(cleanup, retired) });
    else if (flags.write) print(renderCleanupCode(cleanup, retired, await end(), coloursFor(process.stdout)));
    else {
      printForProgram(codePatch(cleanup));
      sayAsIs(renderCleanupCode(cleanup, retired, await end(), coloursFor(process.stderr)));
    }
    const exit = exitOfCode(cleanup, retired);
    // a patch changes nothing yet
    if (!cleanup.written && cleanup.files.length > 0) return exit;
    const fact = {
      kind: "cleanup",
      part: "code",
      files: cleanup.files.length,
      left: cleanup.decisions.length,
    } as const;
    return await recorded(options.projectDir, exit, { fact });
  } finally {
    await source.close();
  }
}

/** 3 where something is left to a person, where changed files were not checked, or where no variable is mapped. */
const exitOfCode = ({ decisions, judge }: CodeCleanup, { settings }: Retired): number =>
  settings.size === 0 || decisions.length > 0 || (judge?.unchecked.length ?? 0) > 0 ? EXIT.notProven : EXIT.fine;
