import type { Catalog } from "../pg/catalog.ts";
import { nameKey, type QualifiedName } from "../pg/name.ts";
import { newComparison } from "./comparison.ts";
import { COMPONENTS, type Component } from "./component.ts";
import { accessPredicate } from "./predicate.ts";
import { rolesFor } from "./prove.ts";

/** How much of a relation a role reaches. */
export type Reach = "every row" | "some rows" | "none";

/** A relation that the second catalog has and the first has not. */
export interface AddedRelation {
  relation: QualifiedName;
  rowSecurity: boolean;
  /** roles that row security binds, or would */
  roles: { role: string; reach: Record<Component, Reach> }[];
}

/** Relations that are new, with what each role reaches of them. Views are left out. */
export function addedRelations(before: Catalog, after: Catalog): AddedRelation[] {
  const old = new Set(before.relations.map(nameKey));
  const added = after.relations.filter((relation) => relation.kind !== "view" && !old.has(nameKey(relation)));
  if (added.length === 0) return [];
  const shared = newComparison(after, after);
  const { logic, after: side } = shared;
  const row = logic.constantRow(null, "row");
  return added.map((relation) => ({
    relation: { schema: relation.schema, name: relation.name },
    rowSecurity: relation.rowSecurity,
    roles: rolesFor(shared, relation, relation, [])
      .filter((role) => !side.isAbove(relation, role))
      .map((role) => {
        const reach = (component: Component): Reach => {
          const found = accessPredicate(
            shared,
            { relation, component, role },
            { side: "after", row, recursion: "raise" },
          );
          if (found.kind === "fails" || found.predicate.isTrue === logic.false) return "none";
          return found.predicate.isTrue === logic.true ? "every row" : "some rows";
        };
        const entries = COMPONENTS.map((component): [Component, Reach] => [component, reach(component)]);
        return { role, reach: Object.fromEntries(entries) as Record<Component, Reach> }; // one entry for each component
      }),
  }));
}
