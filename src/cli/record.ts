import { ToolError } from "../errors.ts";
import type { Ending } from "../evidence/index.ts";
import { recordEvidence, type Settled } from "../pipeline/evidence.ts";
import { keepResult, type Results } from "../pipeline/results.ts";
import type { ProjectOptions } from "../pipeline/source.ts";
import { EXIT } from "./exit.ts";
import { say } from "./terminal.ts";

const ENDINGS: ReadonlyMap<number, Ending> = new Map([
  [EXIT.fine, "passed"],
  [EXIT.findings, "failed"],
  [EXIT.notProven, "cannot be told"],
]);

/**
 * Append what a command has settled to the project's evidence, by its exit code, which is returned. A command whose
 * evidence cannot be written says so, and ends as it would have.
 */
export async function recorded(projectDir: string, exit: number, settled: Omit<Settled, "ending">): Promise<number> {
  const ending = ENDINGS.get(exit);
  if (ending === undefined) return exit;
  try {
    await recordEvidence(projectDir, { ...settled, ending });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(`no line of evidence: ${error.summary}`);
    say(`hint  ${error.hint}`);
  }
  return exit;
}

/** As `recorded`, of a command that reads the project or one of its targets; of any other database nothing is recorded. */
export const recordedOf = async (
  { projectDir, db }: Pick<ProjectOptions, "projectDir" | "db">,
  target: string | undefined,
  exit: number,
  settled: Omit<Settled, "ending" | "target">,
): Promise<number> =>
  db !== undefined && target === undefined ? exit : recorded(projectDir, exit, { ...settled, target: target ?? null });

/** Keep what a command has found out for `report`. One that cannot be written is no failure of the command. */
export function kept<Name extends keyof Results>(
  projectDir: string,
  name: Name,
  value: Results[Name],
  plan: string | null,
): void {
  try {
    keepResult(projectDir, name, value, plan);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    say(`not kept for rlsmith report: ${error.summary}`);
  }
}
