import { InvalidArgumentError, type Command } from "commander";
import type { Config } from "../config.ts";
import { configAcceptances, type Acceptances } from "../pipeline/acceptances.ts";
import { canonicalName } from "../pg/name.ts";
import type { Plan } from "../plan/index.ts";
import { DEFAULT_TIMEOUT } from "../prove/index.ts";
import { say } from "./terminal.ts";

export interface AcceptFlags {
  accept: string[];
  proveTimeout: number;
}

/** Add the flags of proofs. */
export const withAccept = (command: Command): Command =>
  withTimeout(command).option(
    "--accept <policy=reason>",
    "accept a policy that becomes looser, or whose verdict is unknown",
    (value: string, before: string[]) => [...before, value],
    [],
  );

export const withTimeout = (command: Command): Command =>
  command.option(
    "--prove-timeout <ms>",
    "time limit for one verdict; a longer one is unknown",
    milliseconds,
    DEFAULT_TIMEOUT,
  );

function milliseconds(value: string): number {
  if (!/^\d+$/.test(value) || Number(value) === 0) throw new InvalidArgumentError("It must be a whole number.");
  return Number(value);
}

/** Acceptances of the config that hold for the plan, and those of `--accept policy=reason`; one without `=` has no reason. */
export function acceptances(values: readonly string[], config: Config, plan: Plan): Acceptances {
  const written = configAcceptances(config, plan);
  for (const { policy, change } of written.stale)
    say(`accept: \`${policy}\` with the change ${change} is not what this plan does, so it counts for nothing`);
  const given = values.map((value): [string, string] => {
    const [policy = "", ...reason] = value.split("=");
    return [canonicalName(policy.trim()), reason.join("=").trim()];
  });
  return new Map([...written.accepts, ...given]);
}
