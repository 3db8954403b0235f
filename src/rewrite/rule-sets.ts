import type { Config } from "../config.ts";
import { ToolError } from "../errors.ts";

type Rules = Config["rules"];

/** The rules that are off unless the config or `--rules` chooses them. */
export const RULE_SET_NAMES = [
  "initplan",
  "split-for-all",
  "merge-permissive",
  "deny-policy",
  "to-authenticated",
  "break-recursion",
] as const;

export type RuleSetName = (typeof RULE_SET_NAMES)[number];

/** A rule that changes more than the move to claims needs, with its setting in `rules` of the config. */
export interface RuleSet {
  name: RuleSetName;
  /** what it does with the policies of a project, for the heading of a migration and the questions of `init` */
  title: string;
  /** what it does to access, where it changes it */
  effect: string | null;
  setting: string;
  isOn(rules: Rules): boolean;
  choose(rules: Rules): Rules;
}

export const RULE_SETS: readonly RuleSet[] = [
  {
    name: "initplan",
    title: "functions that do not depend on the row are called once a statement",
    effect: null,
    setting: 'initplan: "all"',
    isOn: ({ initplan }) => initplan === "all",
    choose: (rules) => ({ ...rules, initplan: "all" }),
  },
  {
    name: "split-for-all",
    title: "a FOR ALL policy beside a SELECT policy becomes one policy for each command",
    effect: null,
    setting: "splitForAll: true",
    isOn: ({ splitForAll }) => splitForAll,
    choose: (rules) => ({ ...rules, splitForAll: true }),
  },
  {
    name: "merge-permissive",
    title: "several permissive policies of one command and role become one",
    effect: null,
    setting: "mergePermissive: true",
    isOn: ({ mergePermissive }) => mergePermissive,
    choose: (rules) => ({ ...rules, mergePermissive: true }),
  },
  {
    name: "deny-policy",
    title: "permissive policies that are always false are dropped",
    effect: null,
    setting: 'denyPolicy: "drop"',
    isOn: ({ denyPolicy }) => denyPolicy !== "keep",
    choose: (rules) => ({ ...rules, denyPolicy: rules.denyPolicy === "keep" ? "drop" : rules.denyPolicy }),
  },
  {
    name: "to-authenticated",
    title: "permissive policies TO public become TO authenticated",
    effect: "tighter: other roles lose what such a policy allows them",
    setting: "toAuthenticated: true",
    isOn: ({ toAuthenticated }) => toAuthenticated,
    choose: (rules) => ({ ...rules, toAuthenticated: true }),
  },
  {
    name: "break-recursion",
    title: "the sub-query by which statements fail with 42P17 becomes a SECURITY DEFINER function",
    effect: "looser: statements that fail today succeed",
    setting: "breakRecursion: true",
    isOn: ({ breakRecursion }) => breakRecursion,
    choose: (rules) => ({ ...rules, breakRecursion: true }),
  },
];

/** A config with further rule sets chosen. */
export const withRuleSets = (config: Config, names: readonly RuleSetName[]): Config => ({
  ...config,
  rules: RULE_SETS.filter(({ name }) => names.includes(name)).reduce((rules, set) => set.choose(rules), config.rules),
});

/** The rule sets in a list with commas. Throws ToolError (usage) for a name that is none. */
export function ruleSetNames(text: string): RuleSetName[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "")
    .map((name) => {
      const found = RULE_SET_NAMES.find((one) => one === name);
      if (found) return found;
      throw new ToolError(
        "usage",
        "NO_SUCH_RULE_SET",
        `there is no rule set \`${name}\``,
        `choose among ${RULE_SET_NAMES.join(", ")}, with commas between them`,
      );
    });
}
