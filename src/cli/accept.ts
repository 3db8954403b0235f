import { InvalidArgumentError, type Command } from "commander";
import type { Acceptances } from "../pipeline/acceptances.ts";
import { canonicalName } from "../pg/name.ts";
import { DEFAULT_TIMEOUT } from "../prove/index.ts";

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

/** `--accept policy=reason`; one without `=` has no reason. */
export const acceptances = (values: readonly string[]): Acceptances =>
  new Map(
    values.map((value): [string, string] => {
      const [policy = "", ...reason] = value.split("=");
      return [canonicalName(policy.trim()), reason.join("=").trim()];
    }),
  );
