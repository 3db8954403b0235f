import { equal } from "../../pg/expr/equal.ts";
import { as, type Expr } from "../../pg/expr/node.ts";
import { sql } from "../../pg/expr/print.ts";
import { sameClaim, settingRead } from "../../pg/expr/reads.ts";
import { binary, stringConst } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import { arrayClaim, bareClaim, elementOf } from "../claim-form.ts";
import type { ExpressionRule, RuleContext } from "../rule.ts";
import { withoutRepeats } from "../simplify.ts";

export const contextToClaim: ExpressionRule = {
  id: "context-to-claim",
  title: "read the claim instead of the session variable",
  why: "Anyone who can run SQL can set a custom variable, and a transaction-mode pooler loses it or hands it to the next request. Supabase and PostgREST set the claims in each transaction, from a token whose signature they have checked. Elsewhere docs/without-supabase.md says what claims are worth.",
  obligation: "equivalent with context",
  examples: [
    {
      before:
        "casino_id = COALESCE((NULLIF(current_setting('app.casino_id'::text, true), ''::text))::uuid, (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid)",
      after: "casino_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid",
    },
    {
      before:
        "(casino_id = (current_setting('app.casino_id'::text, true))::uuid) OR (casino_id = ((auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid))",
      after: "casino_id = ((auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid)",
      note: "the variable and the claim become the same condition",
    },
    {
      before: "casino_id = (current_setting('app.casino_id'::text))::uuid",
      after: "casino_id = ((auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid)",
      note: "session-only: needs a decision, since a request that sets nothing is denied before and allowed after",
    },
    {
      before: "role = ANY (ARRAY['pit_boss'::text, current_setting('app.staff_role'::text, true)])",
      after: "role = ANY (ARRAY['pit_boss'::text, (auth.jwt() -> 'app_metadata' ->> 'staff_role')])",
    },
    {
      before: "org_id = ANY ((string_to_array(current_setting('app.org_ids'::text, true), ','::text))::uuid[])",
      after:
        "org_id = ANY (((select nullif(array(select jsonb_array_elements_text((select auth.jwt()) -> 'app_metadata' -> 'org_ids')), '{}'))::uuid[]))",
      note: "missing and empty lists deny, also under NOT",
    },
    {
      before: "current_setting('app.is_manager'::text, true) = 'on'::text",
      after: "((auth.jwt() -> 'app_metadata' ->> 'is_manager')::boolean)",
      note: "a boolean variable is compared by meaning: the token says true, not 'on'",
    },
  ],
  rewrite(tree, context) {
    const made = new Set<Expr>();
    return transform(tree, (node, descend) => {
      const value = claimFor(node, context);
      if (value) made.add(value);
      if (value) return value;
      const inner = descend();
      return inner === node ? node : withoutRepeats(collapseCoalesce(inner, made, context));
    });
  },
};

function claimFor(node: Expr, context: RuleContext): Expr | null {
  const comparison = binary(node);
  if (comparison && (comparison.operator === "=" || comparison.operator === "<>")) {
    const read = settingRead(comparison.left);
    const literal = stringConst(comparison.right)?.toLowerCase();
    const variable = read && context.variables.get(read.setting);
    if (variable?.type === "boolean" && read?.cast === null && literal !== undefined) {
      const truth = TRUE_WORDS.has(literal) ? true : FALSE_WORDS.has(literal) ? false : null;
      if (truth === null) return null;
      const claim = bareClaim(context.claims, variable.claim, "boolean");
      return sql(truth === (comparison.operator === "=") ? claim : `(not (${claim}))`);
    }
  }
  const read = settingRead(node);
  const variable = read && context.variables.get(read.setting);
  if (!read || !variable) return null;
  const element = elementOf(read.cast ?? (read.separator !== null ? variable.type : ""));
  if (read.separator !== null || element !== null)
    return sql(arrayClaim(context.claims, variable.claim, element ?? "text"));
  return sql(bareClaim(context.claims, variable.claim, read.cast));
}

// The words that boolin accepts and that are used in variables (Postgres manual 8.6).
const TRUE_WORDS = new Set(["true", "t", "yes", "y", "on", "1"]);
const FALSE_WORDS = new Set(["false", "f", "no", "n", "off", "0"]);

/**
 * COALESCE(claim, claim) is the claim. Of two reads of one claim, the one that replaced the variable is removed and the
 * user's own stays: it is the read without context, including its NULLIF.
 */
function collapseCoalesce(node: Expr, made: ReadonlySet<Expr>, context: RuleContext): Expr {
  const coalesce = as("CoalesceExpr", node);
  const args = coalesce?.args;
  if (!coalesce || !args) return node;
  const kept = args.filter(
    (arg, index) =>
      !made.has(arg) ||
      !args.slice(index + 1).some((later) => equal(arg, later) || sameClaim(arg, later, context.claims)),
  );
  if (kept.length === args.length) return node;
  const [only] = kept;
  return kept.length === 1 && only !== undefined ? only : { CoalesceExpr: { ...coalesce, args: kept } };
}
