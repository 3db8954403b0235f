import { parseExpr } from "../../pg/expr/parse.ts";
import { boolConst, conjuncts } from "../../pg/expr/shape.ts";
import type { Policy } from "../../pg/policy.ts";
import { changed, type PolicyRule } from "../policy-rule.ts";

export const denyPolicy: PolicyRule = {
  id: "deny-policy",
  title: "take away permissive policies that are always false",
  why: "Permissive policies are ORed: one that is false adds nothing and denies nothing. A policy that is meant to deny must be RESTRICTIVE.",
  obligation: "equivalent",
  examples: [
    {
      before: [
        { name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "no_delete", command: "DELETE", using: "((owner = (select auth.uid())) AND false)" },
      ],
      after: [{ name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" }],
      options: { denyPolicy: "drop" },
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
      if (options.denyPolicy === "keep") return draft;
      const inert = (policy: Policy): boolean => policy.permissive && isAlwaysFalse(policy);
      if (draft.fixed || !draft.after.some(inert)) return draft;
      if (options.denyPolicy === "drop") {
        const left = draft.after.filter((policy) => !inert(policy));
        return changed(
          draft,
          "deny-policy",
          left,
          left.length === 0 ? "permissive and always false: it adds nothing" : null,
        );
      }
      return changed(
        draft,
        "deny-policy",
        draft.after.map((policy) =>
          inert(policy)
            ? { ...policy, permissive: false, using: policy.using && "false", check: policy.check && "false" }
            : policy,
        ),
      );
    }),
};

/**
 * True if neither an existing row nor a new row can pass: each expression that matters has the constant false as a
 * conjunct.
 */
function isAlwaysFalse(policy: Policy): boolean {
  const never = (text: string | null): boolean =>
    text !== null && conjuncts(parseExpr(text)).some((part) => boolConst(part) === false);
  if (policy.command === "INSERT") return never(policy.check);
  // UPDATE and ALL: USING false allows no existing row. For ALL, the WITH CHECK expression alone could still allow an
  // INSERT.
  if (policy.command === "ALL") return never(policy.using) && (policy.check === null || never(policy.check));
  return never(policy.using);
}
