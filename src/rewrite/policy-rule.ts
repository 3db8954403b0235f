import type { Policy, PolicyCommand } from "../pg/policy.ts";
import type { Obligation } from "./rule.ts";

/** What becomes of one live policy on its way through the rules. */
export interface Draft {
  before: Policy;
  /** several after a split, none after a drop */
  after: Policy[];
  rules: string[];
  /** why it was dropped, or stays as it is */
  reason: string | null;
  /** kept by decision, or not understood: no rule touches it */
  fixed: boolean;
}

/** A policy of an example, with what matters to the rule only. */
export interface PolicySketch {
  name: string;
  command: PolicyCommand;
  permissive?: boolean;
  roles?: string[];
  using?: string;
  check?: string;
}

export interface PolicyRuleOptions {
  denyPolicy: "drop" | "restrictive";
  toAuthenticated: boolean;
  mergePermissive: boolean;
}

/** Roles that hold a privilege on the relation: those that TO public can mean. Null where everybody holds it, or nobody can tell. */
export type Holders = (command: Exclude<PolicyCommand, "ALL">) => readonly string[] | null;

/** A rule that looks at all policies of one relation together. */
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
  /** drafts of one relation in, the same drafts out, in the same order */
  rewrite(drafts: readonly Draft[], options: PolicyRuleOptions, holders: Holders): Draft[];
}

/** A draft with other policies, and the rule's name added. */
export const changed = (draft: Draft, rule: string, after: Policy[], reason: string | null = draft.reason): Draft => ({
  ...draft,
  after,
  reason,
  rules: draft.rules.includes(rule) ? draft.rules : [...draft.rules, rule],
});
