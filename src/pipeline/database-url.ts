import { loadConfig } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { ProjectOptions } from "./source.ts";
import { targetOf, urlOf } from "./target.ts";

const ENV = "env:";
const TARGET = "target:";

/** True if a text names a database by what holds its connection string. */
export const isNamedDatabase = (named: string): boolean => named.startsWith(ENV) || named.startsWith(TARGET);

/** The name of a target's database. */
export const targetNamed = (target: string): string => `${TARGET}${target}`;

/**
 * The connection string of a database that the user named: itself, `env:NAME`, which is the environment variable that
 * holds it, or `target:NAME`, a target of the project's config. Every database that a command reads is named so. Throws
 * ToolError: (usage) the variable is not set or empty, or the config has no such target; (environment) the target's URL
 * could not be found out. No message holds the connection string.
 */
export async function databaseUrl(
  named: string,
  { projectDir, config }: Pick<ProjectOptions, "projectDir" | "config">,
): Promise<string> {
  if (!named.startsWith(TARGET)) return urlOrVariable(named);
  const name = named.slice(TARGET.length);
  const loaded = await loadConfig(projectDir, config ?? undefined);
  return urlOf(name, targetOf(loaded?.config ?? null, name), projectDir);
}

/** The same for a server on which databases are made and dropped: a target is none. */
export function urlOrVariable(named: string): string {
  if (!named.startsWith(ENV)) return named;
  const variable = named.slice(ENV.length);
  const url = process.env[variable];
  if (url !== undefined && url !== "") return url;
  throw new ToolError(
    "usage",
    "NO_SUCH_VARIABLE",
    `${ENV}${variable}: the environment variable is ${url === "" ? "empty" : "not set"}`,
    `set ${variable === "" ? "one" : variable} to a connection string such as postgres://user:password@host:5432/database`,
  );
}
