import { samePath } from "../../pg/context.ts";
import { sql } from "../../pg/expr/print.ts";
import { claimRead } from "../../pg/expr/reads.ts";
import { transform } from "../../pg/expr/transform.ts";
import { bareClaim } from "../claim-form.ts";
import type { ExpressionRule, RuleContext } from "../rule.ts";

export const claimPath: ExpressionRule = {
  id: "claim-path",
  title: "read the claim where it is written",
  why: "A policy that reads casino_id at the top of the token, while the sync writes app_metadata.casino_id, denies everyone. One that reads user_metadata trusts what the user wrote.",
  obligation: "changes meaning, with consent",
  examples: [
    {
      before: "casino_id = ((auth.jwt() ->> 'casino_id'::text))::uuid",
      after: "casino_id = ((auth.jwt() -> 'app_metadata' ->> 'casino_id')::uuid)",
    },
    {
      before: "casino_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid",
      after: "casino_id = (((auth.jwt() -> 'app_metadata'::text) ->> 'casino_id'::text))::uuid",
      note: "already at the mapped place",
    },
  ],
  rewrite: (tree, context) =>
    transform(tree, (node, descend) => {
      const read = claimRead(node, context.claims);
      const mapped = read?.kind === "text" ? mappedPath(read.path, context) : null;
      return read && mapped ? sql(bareClaim(context.claims, mapped, read.cast)) : descend();
    }),
};

/**
 * The path of a mapped claim that has the same last key in another place of the token; null if the read is right or
 * names another claim.
 */
export function mappedPath(path: readonly string[], context: Pick<RuleContext, "variables">): string[] | null {
  if (path.length === 0 || [...context.variables.values()].some((variable) => samePath(variable.claim, path)))
    return null;
  // `role` at the top level is PostgREST's database role, and `sub` is the user: these names have a meaning of their
  // own.
  if (path.length === 1 && (path[0] === "role" || path[0] === "sub")) return null;
  return [...context.variables.values()].find((variable) => variable.claim.at(-1) === path.at(-1))?.claim ?? null;
}
