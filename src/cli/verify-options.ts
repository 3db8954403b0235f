import { existsSync, readFileSync } from "node:fs";
import { InvalidArgumentError } from "commander";
import { ToolError } from "../errors.ts";
import { readBefore, type Before, EMITTED, type EmittedKind } from "../verify/index.ts";
import type { SourceFlags } from "./options.ts";

export const VERIFY_FORMATS = ["terminal", "json", "markdown", "junit"] as const;

export interface VerifyFlags extends Omit<SourceFlags, "format"> {
  format: (typeof VERIFY_FORMATS)[number];
  writeAndRollBack?: boolean;
  compare?: string;
  emit?: EmittedKind;
  mutants?: boolean;
  /** percent */
  requireSettled?: number;
}

export { EMITTED };

/** The earlier run that `--compare` names; null without it. Throws ToolError (usage) if it cannot be read. */
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

/** The value of `--require-settled`: a number from 0 to 100. */
export function percentOf(value: string): number {
  const percent = Number(value);
  if (!/^\d+(\.\d+)?$/.test(value) || percent > 100)
    throw new InvalidArgumentError("It has to be a number from 0 to 100.");
  return percent;
}
