import { type Command } from "commander";
import { ToolError } from "../errors.ts";
import { secondsOf } from "./options.ts";

export interface WatchFlags {
  plan?: string;
  once?: boolean;
  /** seconds */
  every: number;
  /** hours; null: until it is interrupted */
  for: number | null;
  recorder?: boolean;
  preRequest?: string;
  out?: string;
}

export const withWatch = (command: Command): Command =>
  command
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--once", "take one sample and end, for cron or a scheduled job")
    .option("--every <seconds>", "time between two samples", secondsOf, 60)
    .option("--for <hours>", "end after so many hours (default: when it is interrupted)", hoursOf, null)
    .option("--recorder", "write the migration of the recorder, which counts requests without claims; apply nothing")
    .option(
      "--pre-request <function>",
      "with --recorder: db-pre-request of PostgREST's file or environment (schema.name), which is called after it",
    )
    .option("--out <folder>", "with --recorder: write the migration there instead of the migrations folder");

/** Milliseconds until the next sample, which are counted from the first one; null: there is none. */
export function untilNext(begun: number, { once, every, for: hours }: WatchFlags): number | null {
  if (once === true) return null;
  const passed = Date.now() - begun;
  if (hours !== null && passed >= hours * 3_600_000) return null;
  const period = every * 1000;
  return period - (passed % period);
}

function hoursOf(text: string): number {
  const hours = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && hours > 0) return hours;
  throw new ToolError(
    "usage",
    "BAD_COMMAND_LINE",
    `--for does not accept \`${text}\``,
    "give it a number of hours, such as 48",
  );
}
