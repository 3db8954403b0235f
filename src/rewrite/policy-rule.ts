import type { Policy, PolicyCommand } from "../pg/policy.ts";
import type { Obligation } from "./rule.ts";

/** The state of one live policy while the rules are applied to it. */
export interface Draft {
  before: Policy;
  /** several after a split, none after a drop */
  after: Policy[];
  rules: string[];
  /** the reason why it was dropped, or stays unchanged */
  reason: string | null;
  /** true if it is kept by decision or was not understood: no rule changes it */
  fixed: boolean;
}

/** A policy of an example, with only the parts that matter to the rule. */
export interface PolicySketch {
  name: string;
  command: PolicyCommand;
  permissive?: boolean;
  roles?: string[];
  using?: string;
  check?: string;
}

export interface PolicyRuleOptions {
  denyPolicy: "keep" | "drop" | "restrictive";
  toAuthenticated: boolean;
  splitForAll: boolean;
  mergePermissive: boolean;
}

/**
 * The roles that hold a privilege on the relation: those to which a policy TO public can apply. Null where every role
 * holds it, or where that cannot be determined.
 */
export type Holders = (command: Exclude<PolicyCommand, "ALL">) => readonly string[] | null;

/** A rule on all policies of one relation together. */
export interface PolicyRule {
  id: string;
  title: string;
  why: string;
  obligation: Obligation;
  examples: readonly {
    before: readonly PolicySketch[];
    after: readonly PolicySketch[];
    options?: Partial<PolicyRuleOptions>;
    note?: string;
  }[];
  /** receives the drafts of one relation and returns the same drafts in the same order */
  rewrite(drafts: readonly Draft[], options: PolicyRuleOptions, holders: Holders): Draft[];
}

/** A draft with other policies, and with the name of the rule added. */
export const changed = (draft: Draft, rule: string, after: Policy[], reason: string | null = draft.reason): Draft => ({
  ...draft,
  after,
  reason,
  rules: draft.rules.includes(rule) ? draft.rules : [...draft.rules, rule],
});
