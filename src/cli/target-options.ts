import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import type { Cut } from "../apply/groups.ts";
import type { Talk } from "../apply/surely.ts";
import { loadConfig, matches, type Config } from "../config.ts";
import { ToolError } from "../errors.ts";
import type { OnTarget } from "../pipeline/apply.ts";
import { planHash } from "../plan/plan-hash.ts";
import type { Plan } from "../plan/plan.ts";
import { renderLocks, renderTransitioned, renderTry } from "../report/apply-terminal.ts";
import { personIn } from "./person.ts";
import { planPath, readStoredPlan } from "./plan-file.ts";
import { coloursFor, say, type Format } from "./terminal.ts";

/** What the commands take that work on a target. */
export interface TargetFlags {
  target?: string;
  config?: string;
  format: Format;
}

export const withTarget = (command: Command): Command =>
  command
    .argument("[project]", "the project's folder", ".")
    .option("--target <name>", "name of a target in the config (default: the only one)")
    .option("--config <file>", "config file (default: rlsmith.config.ts)")
    .addOption(new Option("--format <format>", "output format").choices(["terminal", "json"]).default("terminal"));

/** The target that flags and config name, and how it is told what happens there. Throws ToolError (usage). */
export async function onTarget(project: string, flags: TargetFlags): Promise<OnTarget & { config: Config | null }> {
  const projectDir = resolve(project);
  const config = (await loadConfig(projectDir, flags.config))?.config ?? null;
  const names = Object.keys(config?.targets ?? {});
  const [only] = names;
  const target = flags.target ?? (names.length === 1 ? only : undefined);
  if (target === undefined)
    throw new ToolError(
      "usage",
      "WHICH_TARGET",
      names.length === 0
        ? "the config names no target"
        : "the config names several targets, and no --target says which",
      names.length === 0
        ? 'name it in rlsmith.config.ts: targets: { staging: { url: { env: "STAGING_URL" } } }'
        : `add --target ${names.join(" or --target ")}`,
    );
  const person = await personIn(projectDir);
  return { projectDir, config, target, person: person && `${person.name} <${person.email}>`, talk: talkOf() };
}

/** Talk goes to stderr, a line each. */
function talkOf(): Talk & { waiting(): void } {
  const colours = coloursFor(process.stderr);
  return {
    waiting: () => say("another rlsmith, or one that was killed, is still connected: waiting"),
    stage: (what) => say(colours.dim(what)),
    locks: (groups) => say(renderLocks(groups)),
    tried: (group, failed) => say(renderTry(group, failed, colours)),
    done: (transitioned) => say(renderTransitioned(transitioned, colours)),
  };
}

/** The plan that a flag names, else the project's own. Throws ToolError (usage) where there is none. */
export function planOf(projectDir: string, file: string | undefined): { plan: Plan; hash: string; up: string } {
  const path = file === undefined ? planPath(projectDir) : resolve(projectDir, file);
  const stored = readStoredPlan(path);
  if (stored === null)
    throw new ToolError(
      "usage",
      "NO_PLAN",
      `there is no plan \`${relative(process.cwd(), path)}\``,
      "make one: rlsmith plan",
    );
  if (stored.plan.open.length > 0)
    throw new ToolError(
      "open-decision",
      "OPEN_DECISIONS",
      `the plan has ${stored.plan.open.length} open ${stored.plan.open.length === 1 ? "decision" : "decisions"}`,
      "decide them in rlsmith.config.ts and run `rlsmith plan` again",
    );
  return { plan: stored.plan, hash: planHash(stored.plan), up: stored.files.up };
}

/** `--by`. Throws ToolError (usage). */
export function cutOf(by: string | undefined, config: Config | null): Cut {
  if (by === undefined) return { kind: "all" };
  if (by === "relation") return { kind: "relation" };
  if (/^[1-9]\d{0,5}$/.test(by)) return { kind: "count", relations: Number(by) };
  if (by !== "context")
    throw new ToolError(
      "usage",
      "BAD_CUT",
      `--by does not accept \`${by}\``,
      "use --by relation, --by context (groups of the config), or --by 5 (a number of relations)",
    );
  const contexts = Object.entries(config?.contexts ?? {});
  if (contexts.length === 0)
    throw new ToolError(
      "config",
      "NO_CONTEXTS",
      "--by context needs groups of relations, and the config names none",
      'add them: contexts: { floor: ["public.gaming_table*", "public.rating_slip"] }',
    );
  if (contexts.some(([name]) => name === "functions" || name === "everything else"))
    throw new ToolError(
      "config",
      "BAD_CONTEXTS",
      "`functions` and `everything else` are names of groups that rlsmith makes itself",
      "give the group of `contexts` another name",
    );
  return {
    kind: "context",
    contexts: contexts.map(([name, patterns]) => ({
      name,
      matches: (relation) => patterns.some((pattern) => matches(pattern, relation)),
    })),
  };
}
