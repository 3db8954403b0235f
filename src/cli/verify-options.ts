import { existsSync, readFileSync } from "node:fs";
import { ToolError } from "../errors.ts";
import { readBefore, type Before } from "../verify/compare.ts";
import { EMITTED, isEmitted, type EmittedKind } from "../verify/emit/place.ts";
import type { SourceFlags } from "./options.ts";

export const VERIFY_FORMATS = ["terminal", "json", "markdown", "junit"] as const;

export interface VerifyFlags extends Omit<SourceFlags, "format"> {
  format: (typeof VERIFY_FORMATS)[number];
  writeAndRollBack?: boolean;
  compare?: string;
  emit?: EmittedKind;
  mutants?: boolean;
}

export { EMITTED };

/** The earlier run that `--compare` names; null without it. Throws ToolError (usage) where it cannot be read. */
export function earlierRun(file: string | undefined): Before | null {
  if (file === undefined) return null;
  if (!existsSync(file))
    throw new ToolError(
      "usage",
      "NO_SUCH_FILE",
      `--compare: there is no file \`${file}\``,
      "write one with: rlsmith verify --format json > before.json",
    );
  return readBefore(readFileSync(file, "utf8"), file);
}

/** Throws ToolError (usage) where a file of somebody else's would be written over. */
export function refuseForeignFile(path: string, kind: EmittedKind): void {
  if (!existsSync(path) || isEmitted(readFileSync(path, "utf8"), kind)) return;
  throw new ToolError(
    "usage",
    "NOT_OUR_FILE",
    `\`${path}\` exists and was not written by rlsmith`,
    "move it away, or rename your own tests",
  );
}
