import { resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { Cut, Talk } from "../apply/index.ts";
import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import { contextCut } from "../pipeline/context-cut.ts";
import { openTarget, type OnTarget } from "../pipeline/target.ts";
import { renderLocks, renderTransitioned, renderTry } from "../report/apply-terminal.ts";
import { oneLine } from "../report/visible.ts";
import { coloursFor, say, type Format } from "./terminal.ts";

/** The flags of the commands that connect to a target. */
export interface TargetFlags {
  target?: string;
  config?: string;
  format: Format;
}

export const withTarget = (
  command: Command,
  format = new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal"),
): Command =>
  command
    .argument("[project]", "the project's folder", ".")
    .option("--target <name>", "name of a target in the config (default: the only one)")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(format);

/** The target that flags and config name, with the reporter of its progress. Throws ToolError (usage). */
export const onTarget = async (project: string, flags: TargetFlags): Promise<OnTarget> =>
  openTarget(resolve(project), { target: flags.target, config: flags.config, talk: talkOf() });

/** Progress goes to stderr, one line for each message. */
function talkOf(): Talk & { waiting(): void } {
  const colours = coloursFor(process.stderr);
  let tried = 0;
  return {
    waiting: () => say("another rlsmith, or one that was killed, is still connected: waiting"),
    stage: (what) => say(colours.dim(oneLine(what))),
    locks: (groups) => say(renderLocks(groups)),
    tried: (group, failed) => {
      // there may be hundreds of short attempts
      if (failed.tries > 3 && performance.now() - tried < 2000) return;
      tried = performance.now();
      say(renderTry(group, failed, colours));
    },
    done: (transitioned) => say(renderTransitioned(transitioned, colours)),
  };
}

/** `--by`. Throws ToolError (usage). */
export function cutOf(by: string | undefined, config: Config | null): Cut {
  if (by === undefined) return { kind: "all" };
  if (by === "relation" || by === "auto") return { kind: by };
  if (/^[1-9]\d{0,5}$/.test(by)) return { kind: "count", relations: Number(by) };
  if (by !== "context")
    throw new ToolError(
      "usage",
      "BAD_CUT",
      `--by does not accept \`${by}\``,
      "use --by auto, --by relation, --by context (groups of the config), or --by 5 (a number of relations)",
    );
  return contextCut(config);
}
