import { parseExpr } from "../../pg/expr/parse.ts";
import { equal } from "../../pg/expr/equal.ts";
import { boolConst, conjuncts, disjuncts } from "../../pg/expr/shape.ts";
import { sameRoles } from "../../pg/policy-sql.ts";
import type { Policy, PolicyCommand } from "../../pg/policy.ts";
import { freeName } from "../free-name.ts";
import { changed, type Draft, type PolicyRule } from "../policy-rule.ts";
import { commandPolicies, namesOf } from "./split-for-all.ts";

export const mergePermissive: PolicyRule = {
  id: "merge-permissive",
  title: "one permissive policy for each command and role",
  why: "Permissive policies are ORed, and every one of them is evaluated for every row until one lets it through. Two that say nearly the same hide from the reader who may do what; Supabase's advisors report them (`multiple_permissive_policies`).",
  obligation: "equivalent",
  examples: [
    {
      before: [
        { name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "read_open", command: "SELECT", using: "open" },
      ],
      after: [{ name: "read_own", command: "SELECT", using: "((owner = (select auth.uid()))) OR (open)" }],
      options: { mergePermissive: true },
    },
    {
      before: [
        { name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "read_own_open", command: "SELECT", using: "((owner = (select auth.uid())) AND open)" },
      ],
      after: [{ name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" }],
      options: { mergePermissive: true },
      note: "the first allows every row that the second allows",
    },
    {
      before: [
        { name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "read_own_or_open", command: "SELECT", using: "(open OR (owner = (select auth.uid())))" },
      ],
      after: [{ name: "read_own", command: "SELECT", using: "(open OR (owner = (select auth.uid())))" }],
      options: { mergePermissive: true },
      note: "not `(A) OR (B OR A)`",
    },
    {
      before: [
        { name: "member", command: "UPDATE", using: "(owner = (select auth.uid()))" },
        { name: "closed", command: "UPDATE", using: "open", check: "(NOT open)" },
      ],
      after: [
        {
          name: "member",
          command: "UPDATE",
          using: "((owner = (select auth.uid()))) OR (open)",
          check: "((owner = (select auth.uid()))) OR ((NOT open))",
        },
      ],
      options: { mergePermissive: true },
      note: "USING and WITH CHECK are ORed each for itself; USING serves as WITH CHECK where that is absent",
    },
    {
      before: [
        { name: "display", command: "SELECT", roles: ["public"], using: "open" },
        { name: "read", command: "SELECT", roles: ["authenticated"], using: "(owner = (select auth.uid()))" },
      ],
      after: [
        { name: "display", command: "SELECT", roles: ["anon"], using: "open" },
        {
          name: "read",
          command: "SELECT",
          roles: ["authenticated"],
          using: "(open) OR ((owner = (select auth.uid())))",
        },
      ],
      options: { mergePermissive: true },
      note: "`anon` and `authenticated` hold the privilege, so TO public means these two; a role that is granted it later has to be named then",
    },
    {
      before: [
        { name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "read_open", command: "SELECT", using: "open" },
      ],
      after: [
        { name: "read_own", command: "SELECT", using: "(owner = (select auth.uid()))" },
        { name: "read_open", command: "SELECT", using: "open" },
      ],
      note: "not asked for: they stay",
    },
  ],
  rewrite(drafts, options, holders) {
    if (!options.mergePermissive) return [...drafts];
    const names = namesOf(drafts);
    const result = drafts.map((draft) => withoutForAll(draft, drafts, names));
    for (const command of ["SELECT", "INSERT", "UPDATE", "DELETE"] as const) {
      const candidates = result.flatMap((draft) =>
        draft.fixed
          ? []
          : draft.after.filter((one) => one.permissive && one.command === command).map((policy) => ({ draft, policy })),
      );
      const merged = merge(candidates, holders(command), names);
      for (const [index, draft] of result.entries()) {
        const replaced = merged.get(draft);
        if (!replaced) continue;
        const after = draft.after.flatMap((policy) => replaced.get(policy) ?? [policy]);
        result[index] = changed(
          draft,
          "merge-permissive",
          after,
          after.length === 0 ? (draft.reason ?? mergedInto(command)) : draft.reason,
        );
      }
    }
    return result;
  },
};

const mergedInto = (command: PolicyCommand): string => `the ${command} policy of the same roles allows its rows`;

/**
 * Split a permissive FOR ALL policy beside other policies into one policy for each command, so that they can be merged.
 */
function withoutForAll(draft: Draft, all: readonly Draft[], names: Set<string>): Draft {
  if (draft.fixed) return draft;
  const others = all
    .filter((one) => one !== draft && !one.fixed)
    .flatMap((one) => one.after)
    .filter(({ permissive }) => permissive);
  const overlaps = (policy: Policy): boolean => others.some((other) => intersect(policy.roles, other.roles));
  if (!draft.after.some((policy) => policy.permissive && policy.command === "ALL" && overlaps(policy))) return draft;
  return changed(
    draft,
    "merge-permissive",
    draft.after.flatMap((policy) =>
      policy.permissive && policy.command === "ALL" && overlaps(policy)
        ? [
            { ...policy, name: freeName(policy.name, "select", names), command: "SELECT", check: null },
            ...commandPolicies(policy, names),
          ]
        : [policy],
    ),
  );
}

interface Candidate {
  draft: Draft;
  policy: Policy;
}

/**
 * The policies that replace each policy of one command, by draft. Every role ends up with one policy at most: roles
 * with the same policies share the OR of them. For a user with several roles the OR of all of them applies, as before.
 * `holders`: the roles that hold the privilege, null for every role.
 */
function merge(
  candidates: readonly Candidate[],
  holders: readonly string[] | null,
  names: Set<string>,
): Map<Draft, Map<Policy, Policy[]>> {
  const mixed =
    candidates.some(({ policy }) => isPublic(policy)) && !candidates.every(({ policy }) => isPublic(policy));
  const done = new Map<Draft, Map<Policy, Policy[]>>();
  if (candidates.length < 2 || (mixed && holders === null)) return done;
  const named = candidates.flatMap(({ policy }) => policy.roles).filter((role) => role !== "public");
  const everybody = [...new Set([...(holders ?? []), ...named])];
  const rolesOf = ({ policy }: Candidate): readonly string[] => (mixed && isPublic(policy) ? everybody : policy.roles);
  const groups = new Map<string, { roles: string[]; of: Candidate[] }>();
  for (const role of new Set(candidates.flatMap(rolesOf))) {
    const of = candidates.filter((one) => rolesOf(one).includes(role));
    const key = of.map((one) => candidates.indexOf(one)).join();
    groups.set(key, { roles: [...(groups.get(key)?.roles ?? []), role].toSorted(), of });
  }
  if ([...groups.values()].every(({ of }) => of.length === 1)) return done;
  for (const { draft, policy } of candidates)
    done.set(draft, (done.get(draft) ?? new Map<Policy, Policy[]>()).set(policy, []));
  const taken = new Set<Candidate>();
  // A policy for exactly these roles keeps its name, so that the others get new names.
  const owns = (one: Candidate, roles: string[]): boolean => sameRoles(one.policy, { roles });
  for (const { roles, of } of [...groups.values()].toSorted(
    (a, b) => Number(b.of.some((one) => owns(one, b.roles))) - Number(a.of.some((one) => owns(one, a.roles))),
  )) {
    const free = of.filter((one) => !taken.has(one));
    const giver = free.find((one) => owns(one, roles)) ?? free[0] ?? of[0];
    if (!giver) continue;
    const name = taken.has(giver) ? freeName(giver.policy.name, roles[0] ?? "", names) : giver.policy.name;
    taken.add(giver);
    done
      .get(giver.draft)
      ?.get(giver.policy)
      ?.push({
        ...together(
          of.map(({ policy }) => policy),
          giver.policy,
        ),
        name,
        roles,
      });
  }
  return done;
}

const isPublic = ({ roles }: Policy): boolean => roles.includes("public");

const intersect = (a: readonly string[], b: readonly string[]): boolean =>
  a.includes("public") || b.includes("public") || a.some((role) => b.includes(role));

/** The OR of several policies of one command; the comments of all of them are kept. */
function together(policies: readonly Policy[], giver: Policy): Policy {
  if (policies.length === 1) return giver;
  const using = giver.command === "INSERT" ? null : either(policies.map((one) => one.using));
  const check =
    giver.command === "SELECT" || giver.command === "DELETE"
      ? null
      : either(policies.map((one) => one.check ?? one.using));
  const comments = [giver, ...policies].flatMap(({ comment }) => comment ?? []);
  return {
    ...giver,
    using,
    check: check !== null && using !== null && equal(parseExpr(check), parseExpr(using)) ? null : check,
    comment: comments.length === 0 ? null : [...new Set(comments)].join("\n"),
  };
}

/**
 * `(a) OR (b)`, without a part that another part already covers: for each of its disjuncts the other has one whose
 * conjuncts are all among its own.
 */
function either(texts: readonly (string | null)[]): string {
  const all = texts.map((text) => ({
    text: text ?? "true",
    any: disjuncts(parseExpr(text ?? "true")).map(conjuncts),
  }));
  // A part that is always false adds nothing to the others.
  const never = ({ any }: (typeof all)[number]): boolean =>
    any.every((one) => one.some((part) => boolConst(part) === false));
  const parts = all.every(never) ? all : all.filter((part) => !never(part));
  const within = (wide: (typeof parts)[number], narrow: (typeof parts)[number]): boolean =>
    narrow.any.every((all) => wide.any.some((fewer) => fewer.every((one) => all.some((other) => equal(one, other)))));
  const left = parts.filter(
    (part, n) => !parts.some((other, m) => m !== n && within(other, part) && (!within(part, other) || m < n)),
  );
  return left.length === 1 ? (left[0]?.text ?? "true") : left.map(({ text }) => `(${text})`).join(" OR ");
}
