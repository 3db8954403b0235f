import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { CONFIG_FILE } from "../config.ts";
import { ToolError } from "../errors.ts";

/** The path of the config to write. Throws ToolError (usage) if there is one that must not be overwritten. */
export function newConfig(projectDir: string, force: boolean): string {
  const file = join(projectDir, CONFIG_FILE);
  if (!existsSync(file) || force) return file;
  throw new ToolError(
    "usage",
    "OUTPUT_EXISTS",
    `\`${relative(process.cwd(), file)}\` exists already`,
    "run with --force to overwrite it; the decisions in it are lost",
  );
}
