import type { Relation } from "../pg/catalog.ts";
import { BudgetExceeded, type Comparison } from "./comparison.ts";
import { COMPONENTS, type Component } from "./component.ts";
import { accessPredicate } from "./predicate.ts";
import { rolesFor } from "./prove.ts";

/** How much of a relation a role reaches. `some rows`: it depends on the row or on the request. */
export type Reach = "every row" | "some rows" | "none";

/** What one role reaches of one relation. */
export interface RoleReach {
  role: string;
  /** row security never binds the role here: BYPASSRLS, a superuser, or the owner without FORCE */
  isAbove: boolean;
  /** null: it took too long to find out */
  reach: Record<Component, Reach | null>;
}

/**
 * What each role that a policy or grant on a relation names, and `anon`, reaches of it: by its privileges, row security
 * and policies. A view is a relation like any other here: its query is not looked at.
 */
export function reachOf(shared: Comparison, relation: Relation): RoleReach[] {
  const { logic, after: side } = shared;
  const row = logic.constantRow(null, "row");
  const reach = (component: Component, role: string): Reach | null => {
    try {
      const found = accessPredicate(shared, { relation, component, role }, { side: "after", row, recursion: "raise" });
      if (found.kind === "fails" || found.predicate.isTrue === logic.false) return "none";
      return found.predicate.isTrue === logic.true ? "every row" : "some rows";
    } catch (error) {
      if (error instanceof BudgetExceeded) return null;
      throw error;
    }
  };
  return rolesFor(shared, relation, relation, []).map((role) => {
    const entries = COMPONENTS.map((component): [Component, Reach | null] => [component, reach(component, role)]);
    return {
      role,
      isAbove: side.isAbove(relation, role),
      reach: Object.fromEntries(entries) as Record<Component, Reach | null>, // one entry for each component
    };
  });
}
