import { parseExpr } from "../../pg/expr/parse.ts";
import { boolConst, conjuncts } from "../../pg/expr/shape.ts";
import type { Policy } from "../../pg/policy.ts";
import { changed, type PolicyRule } from "../policy-rule.ts";

export const denyPolicy: PolicyRule = {
  id: "deny-policy",
  title: "take away permissive policies that are always false",
  why: "Permissive policies are ORed: one that is false adds nothing and denies nothing. A policy that is meant to deny has to be RESTRICTIVE.",
  obligation: "equivalent",
  examples: [
    {
      before: [
        { name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "no_delete", command: "DELETE", using: "((owner = (select auth.uid())) AND false)" },
      ],
      after: [{ name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" }],
    },
    {
      before: [{ name: "no_delete", command: "DELETE", using: "false" }],
      after: [{ name: "no_delete", command: "DELETE", permissive: false, using: "false" }],
      options: { denyPolicy: "restrictive" },
      note: "when asked: tighter, since no other policy can allow it any more",
    },
  ],
  rewrite: (drafts, options) =>
    drafts.map((draft) => {
      const [only] = draft.after;
      if (draft.fixed || draft.after.length !== 1 || !only?.permissive || !isAlwaysFalse(only)) return draft;
      if (options.denyPolicy === "drop")
        return changed(draft, "deny-policy", [], "permissive and always false: it adds nothing");
      return changed(draft, "deny-policy", [
        { ...only, permissive: false, using: only.using && "false", check: only.check && "false" },
      ]);
    }),
};

/** Whether no row and no new row can ever pass: a conjunct of each expression that counts is the constant false. */
function isAlwaysFalse(policy: Policy): boolean {
  const never = (text: string | null): boolean =>
    text !== null && conjuncts(parseExpr(text)).some((part) => boolConst(part) === false);
  if (policy.command === "INSERT") return never(policy.check);
  // UPDATE and ALL: USING false lets no old row through; ALL's check alone would still let INSERT pass
  if (policy.command === "ALL") return never(policy.using) && (policy.check === null || never(policy.check));
  return never(policy.using);
}
