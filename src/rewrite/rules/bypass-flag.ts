import { as, type Expr } from "../../pg/expr/node.ts";
import { sql } from "../../pg/expr/print.ts";
import { settingRead } from "../../pg/expr/reads.ts";
import { binary, boolConst, stringConst } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import type { ExpressionRule, RuleContext } from "../rule.ts";
import { simplifyBooleans } from "../simplify.ts";

export const bypassFlag: ExpressionRule = {
  id: "bypass-flag",
  title: "take the bypass out of the client's hands",
  why: "A flag in a session variable is an off switch for row security that every client can reach. A database role cannot be set by a query.",
  obligation: "tighter",
  examples: [
    {
      before: "((current_setting('app.bypass_rls'::text, true) = 'on'::text) OR (owner = auth.uid()))",
      after: "(owner = auth.uid())",
      note: "decision: remove",
    },
    {
      before: "(COALESCE((current_setting('app.job'::text, true))::boolean, false) OR (owner = auth.uid()))",
      after: "((pg_has_role('batch_admin', 'USAGE')) OR (owner = auth.uid()))",
      note: "decision: role batch_admin",
    },
  ],
  rewrite(tree, context) {
    if (context.flags.size === 0) return tree;
    const replaced = transform(tree, (node, descend) => flagFor(node, context) ?? descend());
    return replaced === tree ? tree : simplifyBooleans(replaced);
  },
};

/** The replacement of a boolean use of a decided flag; null for any other node. */
function flagFor(node: Expr, context: RuleContext): Expr | null {
  const filled = as("CoalesceExpr", node)?.args;
  if (filled?.length === 2 && filled[0] && boolConst(filled[1]) === false) {
    const inner = flagFor(filled[0], context);
    if (inner) return inner;
  }
  const cast = settingRead(node);
  if (cast?.cast === "boolean") return stateOf(cast.setting, "on", context);
  const comparison = binary(node);
  if (comparison && (comparison.operator === "=" || comparison.operator === "<>")) {
    const read = settingRead(comparison.left) ?? coalescedRead(comparison.left);
    const literal = stringConst(comparison.right)?.toLowerCase() ?? boolConst(comparison.right)?.toString();
    if (!read || literal === undefined || !context.flags.has(read.setting)) return null;
    const on = !["", "off", "false", "f", "no", "n", "0"].includes(literal);
    return stateOf(read.setting, on === (comparison.operator === "=") ? "on" : "off", context);
  }
  return null;
}

/** `COALESCE(current_setting(…), 'off')` */
const coalescedRead = (node: Expr): ReturnType<typeof settingRead> => {
  const args = as("CoalesceExpr", node)?.args;
  return args?.length === 2 && stringConst(args[1]) !== null ? settingRead(args[0]) : null;
};

/** The condition that replaces a test whether the flag is on, or off; null for a setting that is no decided flag. */
function stateOf(setting: string, tested: "on" | "off", context: RuleContext): Expr | null {
  const flag = context.flags.get(setting);
  if (!flag) return null;
  if (flag.role === null) return sql(tested === "on" ? "false" : "true");
  const member = `pg_has_role(${quoteLiteral(flag.role)}, 'USAGE')`;
  return sql(tested === "on" ? member : `(not ${member})`);
}
