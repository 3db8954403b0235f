import { equal } from "../pg/expr/equal.ts";
import type { Expr } from "../pg/expr/node.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { printChanged } from "../pg/expr/print.ts";
import { settingRead } from "../pg/expr/reads.ts";
import { walk } from "../pg/expr/walk.ts";
import type { ExpressionRule, RuleContext } from "./rule.ts";
import { bypassFlag } from "./rules/bypass-flag.ts";
import { claimPath } from "./rules/claim-path.ts";
import { contextToClaim } from "./rules/context-to-claim.ts";
import { initplan } from "./rules/initplan.ts";
import { inlineHelper } from "./rules/inline-helper.ts";
import { liveRole } from "./rules/live-role.ts";

/** The rules on expressions, in the order in which they apply: each produces the form that the next one expects. */
export const EXPRESSION_RULES: readonly ExpressionRule[] = [
  inlineHelper,
  bypassFlag,
  contextToClaim,
  claimPath,
  liveRole,
  initplan,
];

export interface RewrittenExpression {
  text: string;
  tree: Expr;
  /** the ids of the rules that changed it, in order */
  rules: string[];
}

/**
 * Rewrite one expression by the given rules: parse → rewrite → print → reparse → the same result in a second run.
 * Throws Error (a bug of a rule) if the printed text does not parse to the rewritten tree, or if a second run changes
 * it again.
 */
export function rewriteExpression(
  text: string,
  rules: readonly ExpressionRule[],
  context: RuleContext,
): RewrittenExpression {
  const before = parseExpr(text);
  const after = applyRules(before, rules, context);
  if (after.rules.length === 0) return { text, tree: before, rules: [] };
  const printed = printChanged(text, before, after.tree);
  const reparsed = parseExpr(printed);
  if (!equal(reparsed, after.tree)) throw new Error(`the rewritten expression prints to another tree: ${printed}`);
  const again = applyRules(reparsed, rules, context);
  if (!equal(again.tree, after.tree))
    throw new Error(`rule ${again.rules.join(", ")} changes its own result: ${printed}`);
  return { text: printed, tree: after.tree, rules: after.rules };
}

function applyRules(
  tree: Expr,
  rules: readonly ExpressionRule[],
  context: RuleContext,
): { tree: Expr; rules: string[] } {
  const applied: string[] = [];
  let current = tree;
  for (const rule of rules) {
    const next = rule.rewrite(current, context);
    if (next === current || equal(next, current)) continue;
    applied.push(rule.id);
    current = next;
  }
  return { tree: current, rules: applied };
}

/**
 * The names of the session variables that a tree reads. PostgREST's `request.*` is left out, and so are names without a
 * dot, which are built-in settings.
 */
export function settingsRead(tree: unknown): Set<string> {
  const names = new Set<string>();
  walk(tree, (node) => {
    const read = settingRead(node);
    if (read && read.setting.includes(".") && !read.setting.startsWith("request.")) names.add(read.setting);
  });
  return names;
}
