import { samePath, type ClaimsSource } from "../../pg/context.ts";
import type { Expr } from "../../pg/expr/node.ts";
import { sql } from "../../pg/expr/print.ts";
import { claimRead, type ClaimRead } from "../../pg/expr/reads.ts";
import { transform } from "../../pg/expr/transform.ts";
import { some } from "../../pg/expr/walk.ts";
import type { ExpressionRule } from "../rule.ts";

export const liveRole: ExpressionRule = {
  id: "live-role",
  title: "look the role up where it is kept",
  why: "A token keeps the role it was issued with until it expires. A look-up of the active staff row sees a demotion at once.",
  obligation: "tighter",
  examples: [
    {
      before: "(((auth.jwt() -> 'app_metadata'::text) ->> 'staff_role'::text) = 'admin'::text)",
      after: "((select rlsmith_private.live_role()) = 'admin'::text)",
      note: "the helper is SECURITY DEFINER, so a policy of the staff relation itself does not recurse",
    },
  ],
  rewrite(tree, context) {
    const live = context.liveRole;
    if (!live) return tree;
    return transform(tree, (node, descend) => {
      const read = readOf(node, live.path, context.claims);
      if (read === null) return descend();
      return sql(read.cast === null ? `(select ${live.call})` : `(select ${live.call}::${read.cast})`);
    });
  },
};

/** A read of the claim as text, the only form that a look-up can replace. */
function readOf(node: Expr, path: readonly string[], claims: ClaimsSource): ClaimRead | null {
  const read = claimRead(node, claims);
  return read?.kind === "text" && samePath(read.path, path) ? read : null;
}

/** True if an expression has a read that the rule replaces. */
export const readsAsText = (tree: Expr, path: readonly string[], claims: ClaimsSource): boolean =>
  some(tree, (node) => readOf(node, path, claims) !== null);
