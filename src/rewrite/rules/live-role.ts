import { samePath } from "../../pg/context.ts";
import { sql } from "../../pg/expr/print.ts";
import { claimRead } from "../../pg/expr/reads.ts";
import { transform } from "../../pg/expr/transform.ts";
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
      const read = claimRead(node, context.claims);
      if (read?.kind !== "text" || !samePath(read.path, live.path)) return descend();
      return sql(read.cast === null ? `(select ${live.call})` : `(select ${live.call}::${read.cast})`);
    });
  },
};
