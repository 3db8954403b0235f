import { spawn } from "node:child_process";
import { loadConfig, type Config, type TargetConfig } from "../config.ts";
import { ToolError } from "../errors.ts";
import { personIn } from "../person.ts";
import { SILENT_TALK, type TargetTalk } from "./apply-database.ts";

/** A target of the config, and the person who works on it. */
export interface OnTarget {
  projectDir: string;
  config: Config | null;
  target: string;
  /** the name and mail address in git's configuration: `Name <mail>` */
  person: string | null;
  talk: TargetTalk;
}

/**
 * A target of a project's config: the given one, or else the only one; the person is taken from git's configuration of
 * the folder. Throws ToolError (usage): no target is given and the config has several, or it has none.
 *
 * @example
 * ```ts
 * import { applyToTarget, approvalsOf, openTarget, readPlan } from "rlsmith";
 *
 * const projectDir = process.cwd();
 * const on = await openTarget(projectDir, { target: "staging" });
 * const { plan, files } = readPlan(projectDir);
 * const { outcome, notes } = await applyToTarget(on, {
 *   plan,
 *   cut: { kind: "all" },
 *   dryRun: false,
 *   adopt: false,
 *   approvals: approvalsOf(projectDir),
 *   migration: files.up,
 * });
 * console.log(outcome, ...notes);
 * ```
 */
export async function openTarget(
  projectDir: string,
  options: { target?: string | undefined; config?: string | undefined; talk?: TargetTalk } = {},
): Promise<OnTarget> {
  const config = (await loadConfig(projectDir, options.config))?.config ?? null;
  const names = Object.keys(config?.targets ?? {});
  const [only] = names;
  const target = options.target ?? (names.length === 1 ? only : undefined);
  if (target === undefined)
    throw new ToolError(
      "usage",
      "WHICH_TARGET",
      names.length === 0 ? "the config names no target" : "the config names several targets, and --target is missing",
      names.length === 0
        ? 'name it in rlsmith.config.ts: targets: { staging: { url: { env: "STAGING_URL" } } }'
        : `add --target ${names.join(" or --target ")}`,
    );
  const person = await personIn(projectDir);
  return {
    projectDir,
    config,
    target,
    person: person && `${person.name} <${person.email}>`,
    talk: options.talk ?? SILENT_TALK,
  };
}

/** A target of the config. Throws ToolError (usage) if there is none of that name. */
export function targetOf(config: Config | null, name: string): TargetConfig {
  const target = config?.targets[name];
  if (target) return target;
  const known = Object.keys(config?.targets ?? {});
  throw new ToolError(
    "usage",
    "NO_SUCH_TARGET",
    `the config has no target \`${name}\``,
    known.length > 0
      ? `it has ${known.map((one) => `\`${one}\``).join(", ")}`
      : 'name it in rlsmith.config.ts: targets: { staging: { url: { env: "STAGING_URL" } } }',
  );
}

/**
 * The URL of a target, which holds a password and so is never in the config itself. Throws ToolError (environment); no
 * message holds the URL.
 */
export async function urlOf(name: string, { url }: TargetConfig, projectDir: string): Promise<string> {
  if ("env" in url) {
    const value = process.env[url.env];
    if (value !== undefined && value !== "") return value;
    throw new ToolError(
      "environment",
      "NO_TARGET_URL",
      `\`${url.env}\`, which holds the URL of \`${name}\`, is not set`,
      "set it for this command: postgres://user:password@host:5432/database",
    );
  }
  const printed = (await output(url.command, projectDir, name)).trim();
  if (printed !== "" && !printed.includes("\n")) return printed;
  throw new ToolError(
    "environment",
    "NO_TARGET_URL",
    `the command that prints the URL of \`${name}\` printed ${printed === "" ? "nothing" : "more than a URL"}`,
    "it must print the URL, and nothing else, on stdout",
  );
}

/** Milliseconds that the command may take: it may ask the user for a code. */
const COMMAND_LIMIT = 120_000;

/** The output of a command. Its stderr is the user's terminal: it may ask a question. */
async function output(command: string, cwd: string, name: string): Promise<string> {
  const child = spawn("/bin/sh", ["-c", command], { cwd, stdio: ["inherit", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => (text += String(chunk)));
  let late: NodeJS.Timeout | undefined;
  const code = await new Promise<number | "late" | null>((done, fail) => {
    child.once("error", fail);
    child.once("close", done);
    late = setTimeout(() => {
      child.kill();
      // a process that the shell has started may live on and hold the pipe: it is not waited for
      child.stdout.destroy();
      done("late");
    }, COMMAND_LIMIT);
  });
  clearTimeout(late);
  if (code === 0) return text;
  throw new ToolError(
    "environment",
    "NO_TARGET_URL",
    `the command that prints the URL of \`${name}\` ${code === "late" ? `did not end in ${COMMAND_LIMIT / 1000} s` : `ended with ${code ?? "a signal"}`}`,
    "run it by hand in the project's folder to see why",
  );
}
