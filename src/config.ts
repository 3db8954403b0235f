import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { createJiti } from "jiti";
import type { z } from "zod";
import { configSchema } from "./config-schema.ts";
import { ToolError, messageOf } from "./errors.ts";
import type { ClaimsSource, ContextMap } from "./pg/context.ts";
import { matchesName } from "./pg/name-pattern.ts";
import { nameParts } from "./pg/name.ts";

/** The config as a user writes it. */
export type UserConfig = z.input<typeof configSchema>;
/** The config with its defaults filled in. */
export type Config = z.output<typeof configSchema>;
export type TargetConfig = Config["targets"][string];
export type SessionOnlyDecision = Config["sessionOnly"][number];

export const CONFIG_FILE = "rlsmith.config.ts";

/**
 * Check a config and fill in its defaults. `file` is its name in messages. Throws ToolError (config) with the path and
 * the reason of every fault.
 */
export function parseConfig(input: unknown, file = "the config"): Config {
  const parsed = configSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`);
  throw new ToolError(
    "config",
    "INVALID_CONFIG",
    `\`${file}\` is not valid: ${faults.join("; ")}`,
    "correct the named settings; `rlsmith init` writes a config with every setting explained",
  );
}

/** Load `rlsmith.config.ts` of a project folder, or the named file. Null if there is none and none was named. */
export async function loadConfig(projectDir: string, named?: string): Promise<{ config: Config; file: string } | null> {
  const file = resolve(projectDir, named ?? CONFIG_FILE);
  if (!existsSync(file)) {
    if (named === undefined) return null;
    throw new ToolError(
      "config",
      "NO_SUCH_CONFIG",
      `there is no config file \`${named}\``,
      "check the path, or run `rlsmith init`",
    );
  }
  // A project can be planned with `npx rlsmith` without having rlsmith installed: the import in its config resolves to
  // this package, to the one file of it that a config needs.
  const self = new URL(import.meta.url.endsWith(".ts") ? "./define-config.ts" : "./define-config.js", import.meta.url)
    .pathname;
  const jiti = createJiti(join(dirname(file), "noop.js"), {
    alias: { rlsmith: self },
    moduleCache: false,
    fsCache: false,
  });
  let loaded: unknown;
  try {
    loaded = await jiti.import(file, { default: true });
  } catch (error) {
    throw new ToolError(
      "config",
      "CONFIG_FAILED",
      `\`${file}\` cannot be loaded: ${messageOf(error)
        .trim()
        .replaceAll(/\s*\n\s*/g, " ")}`,
      "the file must export `defineConfig({ … })` as its default",
      { cause: error },
    );
  }
  return { config: parseConfig(loaded, file), file };
}

/** The context map of a config: the mapped variables alone, without open ones. */
export function contextMapOf(config: Config): ContextMap {
  const variables = Object.entries(config.context).flatMap(([setting, value]) =>
    value === "open"
      ? []
      : [
          {
            setting: setting.toLowerCase(),
            claim: typeof value.claim === "string" ? value.claim.split(".") : value.claim,
            type: value.type,
            separator: value.separator,
          },
        ],
  );
  return { claims: claimsSourceOf(config.claims), variables };
}

/** The groups of relations that a config names, in its order; a relation belongs to the first group that matches. */
export const contextsOf = (config: Config): { name: string; matches: (relation: string) => boolean }[] =>
  Object.entries(config.contexts).map(([name, patterns]) => ({
    name,
    matches: (relation) => patterns.some((pattern) => matchesName(pattern, relation)),
  }));

/** `auth.jwt()` is a function, `request.jwt.claims` a setting. */
export function claimsSourceOf(text: string): ClaimsSource {
  const part = '(?:"(?:[^"]|"")+"|[^.\\s()"]+)';
  const made = new RegExp(`^\\s*(${part}(?:\\.${part})?)\\s*\\(\\s*\\)\\s*$`).exec(text)?.[1];
  const [name, schema = "public"] = (made === undefined ? null : nameParts(made))?.toReversed() ?? [];
  if (name !== undefined) return { kind: "function", schema, name };
  if (/^[A-Za-z_][\w]*(\.[A-Za-z_][\w]*)+$/.test(text)) return { kind: "setting", setting: text };
  throw new ToolError(
    "config",
    "INVALID_CONFIG",
    `claims: \`${text}\` is neither a function nor a setting`,
    "write `auth.jwt()`, `myschema.myfunction()` or `request.jwt.claims`",
  );
}
