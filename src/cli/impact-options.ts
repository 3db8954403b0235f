import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { loadConfig, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { parseTokens, type TokenHolder } from "../impact/index.ts";
import { databaseUrl, targetNamed } from "../pipeline/database-url.ts";
import { secondsOf } from "./options.ts";
import type { Format } from "./terminal.ts";

export interface ImpactFlags {
  db?: string;
  target?: string;
  plan?: string;
  config?: string;
  tokens?: string;
  sampleAbove: number;
  statementTimeout: number;
  format: Format;
}

export const withImpact = (command: Command): Command =>
  command
    .argument("[project]", "the project's folder", ".")
    .option("--db <url>", "the live database, which is only read; or env:NAME")
    .addOption(new Option("--target <name>", "the database of this target of the config").conflicts("db"))
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .option("--tokens <file>", "payloads of tokens, one a line or in a JSON array, instead of the users in auth.users")
    .option("--sample-above <rows>", "read a sample of relations with more rows than that", wholeOf, 5_000_000)
    .option("--statement-timeout <seconds>", "limit to each statement", secondsOf, 30)
    .addOption(new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal"));

/** What the flags name, read. Throws ToolError (usage), (config), (environment). */
export async function impactInput(
  project: string,
  flags: ImpactFlags,
): Promise<{
  projectDir: string;
  url: string;
  /** null: the database was named by its URL */
  target: string | null;
  config: Config | null;
  tokens: TokenHolder[] | null;
}> {
  const projectDir = resolve(project);
  const config = (await loadConfig(projectDir, flags.config))?.config ?? null;
  const names = Object.keys(config?.targets ?? {});
  const [only] = names;
  const target = flags.target ?? (names.length === 1 ? only : undefined);
  const named = flags.db ?? (target === undefined ? undefined : targetNamed(target));
  if (named === undefined)
    throw new ToolError(
      "usage",
      "WHICH_TARGET",
      "the command does not say which database it is for",
      "add --db <url>, or --target with the name of a target of the config",
    );
  const url = await databaseUrl(named, { projectDir, config: flags.config });
  const tokens = flags.tokens === undefined ? null : parseTokens(textOf(flags.tokens));
  return { projectDir, url, target: flags.db === undefined ? (target ?? null) : null, config, tokens };
}

function textOf(file: string): string {
  const path = resolve(file);
  if (existsSync(path) && !statSync(path).isDirectory()) return readFileSync(path, "utf8");
  throw new ToolError("usage", "NO_SUCH_FILE", `there is no file \`${file}\``, "name a file of payloads of tokens");
}

function wholeOf(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && Number.isSafeInteger(count)) return count;
  throw new ToolError(
    "usage",
    "BAD_COMMAND_LINE",
    `--sample-above does not accept \`${text}\``,
    "give it a number of rows, such as 5000000",
  );
}
