import type { RuleContext } from "../../rewrite/index.ts";

/** True for a name of a variable or flag that is taken out. */
export const isRetired = (setting: string, rules: Pick<RuleContext, "variables" | "flags">): boolean =>
  rules.variables.has(setting.toLowerCase()) || rules.flags.has(setting.toLowerCase());
