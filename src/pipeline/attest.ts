import { ToolError } from "../errors.ts";
import type { Line } from "../evidence/index.ts";
import { loadConfig } from "../config.ts";
import { rulesFor } from "../playbook/index.ts";
import { recordEvidence, nameOf } from "./evidence.ts";
import { targetsOf } from "./status.ts";

/** What a person says about a step of the playbook. */
export interface Attestation {
  step: string;
  /** the capacity in which it is said */
  as: string;
  note: string;
  /** the step is not done, and that is accepted */
  waive: boolean;
}

/**
 * Record what a person says about a step, by the name and mail address in git's configuration of the project's folder.
 * Returns the line of evidence. Throws ToolError: (usage) no such step, a step that a command settles, or no note;
 * (environment) no name in git's configuration, or no config in the folder.
 */
export async function attestStep(projectDir: string, { step, as, note, waive }: Attestation): Promise<Line> {
  const rules = rulesFor(targetsOf((await loadConfig(projectDir))?.config ?? null));
  const rule = rules.find(({ id }) => id === step);
  if (rule === undefined)
    throw new ToolError(
      "usage",
      "NO_SUCH_STEP",
      `the playbook has no step \`${step}\``,
      `its steps: ${rules.map(({ id }) => id).join(", ")}`,
    );
  if (!rule.mayBeAttested && !waive)
    throw new ToolError(
      "usage",
      "STEP_OF_A_COMMAND",
      `the step \`${step}\` is settled by a command, not by what a person says`,
      `run it: ${rule.command}; or say with --waive that it is not done and need not be`,
    );
  if (as.trim() === "" || note.trim() === "")
    throw new ToolError(
      "usage",
      "NO_CAPACITY",
      "--as and --note are wanted: the capacity in which you say it, and what you have seen",
      'add for instance --as "Engineering Manager" --note "no freeze in the next two weeks"',
    );
  if ((await nameOf(projectDir)) === null)
    throw new ToolError(
      "environment",
      "NOBODY",
      "git has no mail address for you",
      "set it: git config user.name, git config user.email",
    );
  const fact = { kind: "attestation", step, as: as.trim(), note: note.trim(), waived: waive } as const;
  const line = await recordEvidence(projectDir, { fact, ending: "passed" });
  if (line === null)
    throw new ToolError(
      "config",
      "NO_SUCH_CONFIG",
      "there is no rlsmith.config.ts in this folder",
      "run the command in the project's folder, or run `rlsmith init` there",
    );
  return line;
}
