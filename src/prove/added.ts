import type { Catalog } from "../pg/catalog.ts";
import { nameKey, type QualifiedName } from "../pg/name.ts";
import { newComparison } from "./comparison.ts";
import type { Component } from "./component.ts";
import { reachOf, type Reach } from "./reach.ts";

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
  return added.map((relation) => ({
    relation: { schema: relation.schema, name: relation.name },
    rowSecurity: relation.rowSecurity,
    roles: reachOf(shared, relation)
      .filter(({ isAbove }) => !isAbove)
      .map(({ role, reach }) => ({ role, reach: reach as Record<Component, Reach> })), // there is no limit of time
  }));
}
