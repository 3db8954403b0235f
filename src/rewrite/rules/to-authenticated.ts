import { changed, type PolicyRule } from "../policy-rule.ts";

export const toAuthenticated: PolicyRule = {
  id: "to-authenticated",
  title: "TO public becomes TO authenticated",
  why: "A policy for every role is evaluated for anon as well. Naming the role ends the question for anon before any expression runs.",
  obligation: "tighter",
  examples: [
    {
      before: [{ name: "read", command: "SELECT", roles: ["public"], using: "(owner = (select auth.uid()))" }],
      after: [{ name: "read", command: "SELECT", roles: ["authenticated"], using: "(owner = (select auth.uid()))" }],
      options: { toAuthenticated: true },
    },
    {
      before: [
        { name: "fence", command: "ALL", permissive: false, roles: ["public"], using: "(owner = (select auth.uid()))" },
      ],
      after: [
        { name: "fence", command: "ALL", permissive: false, roles: ["public"], using: "(owner = (select auth.uid()))" },
      ],
      options: { toAuthenticated: true },
      note: "a restrictive policy for fewer roles would be looser, so it stays",
    },
  ],
  rewrite: (drafts, options) =>
    !options.toAuthenticated
      ? [...drafts]
      : drafts.map((draft) => {
          if (draft.fixed || !draft.after.some((policy) => policy.permissive && policy.roles.includes("public")))
            return draft;
          return changed(
            draft,
            "to-authenticated",
            draft.after.map((policy) =>
              policy.permissive && policy.roles.includes("public") ? { ...policy, roles: ["authenticated"] } : policy,
            ),
          );
        }),
};
