import type { Command } from "commander";
import { withAccept, type AcceptFlags } from "./accept.ts";
import type { Config } from "../config.ts";
import { RULE_SET_NAMES, ruleSetNames, withRuleSets, type RuleSetName } from "../rewrite/index.ts";
import { withSource, type SourceFlags } from "./options.ts";

/** The flags of `rlsmith plan`. */
export interface PlanFlags extends SourceFlags, AcceptFlags {
  out?: string;
  dryRun?: boolean;
  rehearse: boolean;
  inlineHelpers?: boolean;
  rules?: RuleSetName[];
}

export const withPlan = (command: Command): Command =>
  withAccept(withSource(command))
    .option("--out <folder>", "write the files there instead of the project's own folders")
    .option("--dry-run", "print the files, write nothing")
    .option("--no-rehearse", "do not run the migration on a scratch database first")
    .option("--rules <names>", `add rule sets for this run: ${RULE_SET_NAMES.join(", ")}`, ruleSetNames)
    .option("--inline-helpers", "write one-expression helpers into the policies instead of changing the helper");

/** The config with the rules that the flags add to it for this run. */
export function withChosenRules(config: Config, flags: PlanFlags): Config {
  const { rules, ...rest } = withRuleSets(config, flags.rules ?? []);
  return { ...rest, rules: flags.inlineHelpers ? { ...rules, inlineHelpers: true } : rules };
}
