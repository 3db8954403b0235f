import { equal } from "../../pg/expr/equal.ts";
import { parseExpr } from "../../pg/expr/parse.ts";
import { boolConst, conjuncts } from "../../pg/expr/shape.ts";
import { sameRoles } from "../../pg/policy-sql.ts";
import type { Policy } from "../../pg/policy.ts";
import { freeName } from "../free-name.ts";
import { changed, type Draft, type PolicyRule } from "../policy-rule.ts";

export const splitForAll: PolicyRule = {
  id: "split-for-all",
  title: "one policy a command where FOR ALL overlaps a SELECT policy",
  why: "A FOR ALL policy is a SELECT policy too: where one for SELECT exists already, both are evaluated for every row, and the rows that a role may read are hard to tell.",
  obligation: "equivalent",
  examples: [
    {
      before: [
        { name: "write", command: "ALL", using: "((owner = (select auth.uid())) AND open)" },
        { name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" },
      ],
      after: [
        { name: "write_insert", command: "INSERT", check: "((owner = (select auth.uid())) AND open)" },
        { name: "write_update", command: "UPDATE", using: "((owner = (select auth.uid())) AND open)" },
        { name: "write_delete", command: "DELETE", using: "((owner = (select auth.uid())) AND open)" },
        { name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" },
      ],
      options: { splitForAll: true },
      note: "the SELECT policy lets through all that FOR ALL lets through, so nothing is left to read",
    },
    {
      before: [
        { name: "admins", command: "ALL", using: "admin" },
        { name: "read", command: "SELECT", using: "(owner = (select auth.uid()))" },
      ],
      after: [
        { name: "admins_insert", command: "INSERT", check: "admin" },
        { name: "admins_update", command: "UPDATE", using: "admin" },
        { name: "admins_delete", command: "DELETE", using: "admin" },
        { name: "read", command: "SELECT", using: "((owner = (select auth.uid()))) OR (admin)" },
      ],
      options: { splitForAll: true },
    },
    {
      before: [
        { name: "admins", command: "ALL", roles: ["admin_role"], using: "true" },
        { name: "read", command: "SELECT", roles: ["authenticated"], using: "(owner = (select auth.uid()))" },
      ],
      after: [
        { name: "admins", command: "ALL", roles: ["admin_role"], using: "true" },
        { name: "read", command: "SELECT", roles: ["authenticated"], using: "(owner = (select auth.uid()))" },
      ],
      options: { splitForAll: true },
      note: "different roles: no overlap",
    },
  ],
  rewrite(drafts, options) {
    if (!options.splitForAll) return [...drafts];
    const result = [...drafts];
    const names = namesOf(drafts);
    // a split may make the SELECT policy that another FOR ALL overlaps
    while (result.some((_, index) => split(result, index, names)));
    return result;
  },
};

/** Split the FOR ALL policy of a draft, where it overlaps a SELECT policy of another one; false where it does not. */
function split(result: Draft[], index: number, names: Set<string>): boolean {
  const draft = result[index];
  const [all] = draft?.after ?? [];
  if (
    !draft ||
    draft.fixed ||
    draft.after.length !== 1 ||
    !all?.permissive ||
    all.command !== "ALL" ||
    all.using === null
  )
    return false;
  for (const [at, other] of result.entries()) {
    const select = at === index || other.fixed ? undefined : other.after.find((policy) => overlaps(all, policy));
    if (!select) continue;
    const policies = commandPolicies(all, names);
    if (!covers(select, all)) {
      if (sameRoles(select, all) && select.using !== null) {
        const merged = { ...select, using: `(${select.using}) OR (${all.using})` };
        const after = other.after.map((policy) => (policy === select ? merged : policy));
        result[at] = changed(other, "split-for-all", after);
      } else policies.push({ ...all, name: freeName(all.name, "select", names), command: "SELECT", check: null });
    }
    result[index] = changed(draft, "split-for-all", policies);
    return true;
  }
  return false;
}

const overlaps = (all: Policy, select: Policy): boolean =>
  select.permissive &&
  select.command === "SELECT" &&
  (all.roles.includes("public") || select.roles.includes("public") || select.roles.some((r) => all.roles.includes(r)));

/** A FOR ALL policy as one policy for each command that writes. */
export function commandPolicies(all: Policy, names: Set<string>): Policy[] {
  return [
    {
      ...all,
      name: freeName(all.name, "insert", names),
      command: "INSERT",
      using: null,
      check: all.check ?? all.using,
    },
    { ...all, name: freeName(all.name, "update", names), command: "UPDATE" },
    { ...all, name: freeName(all.name, "delete", names), command: "DELETE", check: null },
  ];
}

/**
 * True if the SELECT policy allows, for every role of the other policy, all rows that the other's USING allows: its
 * conjuncts are among the other's.
 */
function covers(select: Policy, all: Policy): boolean {
  if (!select.roles.includes("public") && !all.roles.every((role) => select.roles.includes(role))) return false;
  if (select.using === null || all.using === null) return false;
  const wanted = conjuncts(parseExpr(all.using));
  if (wanted.some((part) => boolConst(part) === false)) return true;
  return conjuncts(parseExpr(select.using)).every((part) => wanted.some((other) => equal(part, other)));
}

/** The names that the policies of a relation have or will have. */
export const namesOf = (drafts: readonly Draft[]): Set<string> =>
  new Set(drafts.flatMap((draft) => [draft.before.name, ...draft.after.map((policy) => policy.name)]));
