import { resolve } from "node:path";
import { Option, type Command } from "commander";
import { ToolError } from "../errors.ts";
import type { WatchTarget } from "../pipeline/watch.ts";
import { liveLog } from "../watch/index.ts";
import { GATE_CRITERIA, type CriterionName } from "../gate-criteria.ts";

export interface WatchFlags {
  plan?: string;
  once?: boolean;
  /** seconds */
  every: number;
  /** hours; null: until it is interrupted */
  for: number | null;
  /** a port */
  metrics?: number;
  onFail?: "rollback";
  on?: CriterionName[];
  /** a file or folder, or `-` for standard input */
  log?: string;
  recorder?: boolean;
  preRequest?: string;
  out?: string;
}

const ON_FAIL = "what is done when a criterion of --on fails (default: it is said, and nothing is done)";

export const withWatch = (command: Command): Command =>
  command
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--once", "take one sample and end, for cron or a scheduled job")
    .option("--every <seconds>", "time between two samples", numberOf("--every", "seconds, such as 60"), 60)
    .option(
      "--for <hours>",
      "end after so many hours (default: when it is interrupted)",
      numberOf("--for", "hours, such as 48"),
      null,
    )
    .option("--metrics <port>", "serve OpenMetrics on this port of 127.0.0.1, at /metrics", portOf)
    .addOption(new Option("--on-fail <what>", ON_FAIL).choices(["rollback"]))
    .option("--on <criteria>", "with --on-fail: the criteria, such as denials,isolation", criteriaOf)
    .option("--log <file>", "read the server's log there; - for standard input (default: `log` of the target)")
    .option("--recorder", "write the migration of the recorder, which counts requests without claims; apply nothing")
    .option(
      "--pre-request <function>",
      "with --recorder: db-pre-request of PostgREST's file or environment (schema.name), which is called after it",
    )
    .option("--out <folder>", "with --recorder: write the migration there instead of the migrations folder");

/** Milliseconds until the next sample, where so many have passed since the first one; null: there is none. */
export function untilNext(passed: number, { once, every, for: hours }: WatchFlags): number | null {
  if (once === true) return null;
  if (hours !== null && passed >= hours * 3_600_000) return null;
  const period = every * 1000;
  return period - (passed % period);
}

/**
 * The criteria at whose failure the plan is taken back; none: it is not. Throws ToolError (usage) if the flags contradict
 * one another.
 */
export function rollbackCriteria({ onFail, on, once, metrics }: WatchFlags): CriterionName[] {
  if (once === true && metrics !== undefined)
    throw refused("--metrics is for a watch that goes on, and --once ends at once", "leave one of them out");
  if (onFail === undefined && on === undefined) return [];
  if (onFail === undefined) throw refused("--on is for --on-fail", "add --on-fail rollback, or leave --on out");
  if (on !== undefined) return on;
  throw refused(
    "--on-fail needs the criteria for which the plan is taken back",
    `name them, such as --on denials,isolation; there are ${GATE_CRITERIA.join(", ")}`,
  );
}

/** The log of the command line; null: that of the config. Throws ToolError (usage) if it cannot be read so. */
export function logOf({ log, once }: WatchFlags): WatchTarget["log"] {
  if (log === undefined) return null;
  if (log !== "-") return { file: resolve(log) };
  if (once === true)
    throw refused(
      "--log - reads what arrives between two samples, and --once takes one",
      "leave --once out, or name a file",
    );
  return { live: liveLog(process.stdin) };
}

function refused(message: string, hint: string): ToolError {
  return new ToolError("usage", "BAD_COMMAND_LINE", message, hint);
}

function criteriaOf(text: string): CriterionName[] {
  const names = text.split(",").map((name) => name.trim());
  const wrong = names.find((name) => !GATE_CRITERIA.some((one) => one === name));
  if (wrong === undefined) return GATE_CRITERIA.filter((one) => names.includes(one));
  throw refused(`--on names no criterion \`${wrong}\``, `there are ${GATE_CRITERIA.join(", ")}`);
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port;
  throw refused(`--metrics does not accept \`${text}\``, "give it a port, such as 9187");
}

function numberOf(option: string, what: string): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+(\.\d+)?$/.test(text) && number > 0) return number;
    throw refused(`${option} does not accept \`${text}\``, `give it a number of ${what}`);
  };
}
