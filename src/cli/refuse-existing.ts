import { existsSync } from "node:fs";
import { relative } from "node:path";
import { ToolError } from "../errors.ts";

/** Throws ToolError (usage) if there is a config that would be overwritten. */
export function refuseExisting(file: string): void {
  if (existsSync(file))
    throw new ToolError(
      "usage",
      "OUTPUT_EXISTS",
      `\`${relative(process.cwd(), file)}\` exists already`,
      "run with --force to overwrite it; the decisions in it are lost",
    );
}
