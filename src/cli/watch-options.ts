import { type Command } from "commander";
import { ToolError } from "../errors.ts";

export interface WatchFlags {
  plan?: string;
  once?: boolean;
  /** seconds */
  every: number;
  /** hours; null: until it is interrupted */
  for: number | null;
}

export const withWatch = (command: Command): Command =>
  command
    .option("--plan <file>", "the plan (default: .rlsmith/plan.json)")
    .option("--once", "take one sample and end, for cron or a scheduled job")
    .option(
      "--every <seconds>",
      "time between two samples",
      (text: string) => numberOf("--every", "seconds, such as 60", text),
      60,
    )
    .option(
      "--for <hours>",
      "end after so many hours (default: when it is interrupted)",
      (text: string) => numberOf("--for", "hours, such as 48", text),
      null,
    );

/** Milliseconds until the next sample, where so many have passed since the first one; null: there is none. */
export function untilNext(passed: number, { once, every, for: hours }: WatchFlags): number | null {
  if (once === true) return null;
  if (hours !== null && passed >= hours * 3_600_000) return null;
  const period = every * 1000;
  return period - (passed % period);
}

function numberOf(option: string, what: string, text: string): number {
  const number = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && number > 0) return number;
  throw new ToolError(
    "usage",
    "BAD_COMMAND_LINE",
    `${option} does not accept \`${text}\``,
    `give it a number of ${what}`,
  );
}
