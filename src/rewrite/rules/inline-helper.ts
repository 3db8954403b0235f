import { call, callKey } from "../../pg/expr/shape.ts";
import { transform } from "../../pg/expr/transform.ts";
import type { ExpressionRule } from "../rule.ts";

export const inlineHelper: ExpressionRule = {
  id: "inline-helper",
  title: "write a helper's expression into the policy",
  why: "A policy that reads the claim itself can be understood, and proved, without following a function.",
  obligation: "equivalent",
  examples: [
    {
      before: "(org_id = public.current_org_id())",
      after: "(org_id = ((NULLIF(current_setting('app.org_id'::text, true), ''::text))::uuid))",
      note: "only helpers without arguments whose body is one expression; the other rules then see the expression",
    },
  ],
  rewrite: (tree, context) =>
    context.inline.size === 0
      ? tree
      : transform(tree, (node, descend) => {
          const made = call(node);
          const key = made?.args.length === 0 ? callKey(made.name) : null;
          return (key === null ? undefined : context.inline.get(key)) ?? descend();
        }),
};
