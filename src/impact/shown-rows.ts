import type { Relation } from "../pg/catalog.ts";
import type { Policy } from "../pg/policy.ts";
import type { Side } from "../prove/index.ts";

/** The rows of a relation that a role reads: all, or those for which an expression is true. */
export type ShownRows = { kind: "all" } | { kind: "where"; text: string };

/**
 * The condition that PostgreSQL puts on a SELECT of a role: one permissive policy and all restrictive ones; a policy
 * without USING counts for nothing, and without a permissive one no row is shown (rowsecurity.c, add_security_quals).
 */
export function shownRows(side: Side, relation: Relation, role: string): ShownRows {
  if (side.bypasses(relation, role)) return { kind: "all" };
  const applied = side.policies(relation, "SELECT", role).filter(({ using }) => using !== null);
  const permissive = applied.filter((policy) => policy.permissive);
  if (permissive.length === 0) return { kind: "where", text: "false" };
  // restrictive policies come first, in the order of their names
  const restrictive = applied
    .filter((policy) => !policy.permissive)
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const either = permissive.map(usingOf).join(" or ");
  return { kind: "where", text: [...restrictive.map(usingOf), `(${either})`].join(" and ") };
}

// a comment must not swallow the parenthesis
const usingOf = ({ using }: Policy): string => `(${using ?? "true"}\n)`;
