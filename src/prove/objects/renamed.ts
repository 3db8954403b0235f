import type { Relation } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/name.ts";
import type { ObjectChange } from "./change.ts";
import { matched, sameText, withoutHeirs, type World, type Worlds } from "./world.ts";
import { isPublished } from "./relations.ts";
import { comersTo, READS_AND_WRITES } from "./comers.ts";

/**
 * New relations with the columns of one that is gone: renamed, moved to another schema, or made anew. The rows may be the
 * same, and no verdict compares the policies of the two.
 */
export function compareRenamed({ before, after, roles }: Worlds): ObjectChange[] {
  const { gone, added } = matched(before.catalog.relations, after.catalog.relations, nameKey);
  /** With the same policies and privileges, for nobody who could not use the schema, and sent to no subscriber who did not get it. */
  const isAsBefore = (was: Relation, is: Relation): boolean =>
    sameText(accessTo(before, was), accessTo(after, is)) &&
    roles.every((role) => before.side.mayUse(was.schema, role) || !after.side.mayUse(is.schema, role)) &&
    (isPublished(before, was) || !isPublished(after, is));
  return added.flatMap((relation): ObjectChange[] => {
    if (relation.kind === "view") return [];
    const old = gone.filter((one) => one.kind !== "view" && hasColumnsOf(relation, one));
    if (old.length === 0 || old.some((one) => isAsBefore(one, relation))) return [];
    const comers = comersTo(after, relation, READS_AND_WRITES, roles);
    if (comers.length === 0) return [];
    return [
      {
        effect: "cannot be told",
        kind: "relation",
        name: nameKey(relation),
        roles: withoutHeirs(after, comers),
        why: { kind: "instead of", relation: old.map(nameKey).join(", ") },
      },
    ];
  });
}

const hasColumnsOf = (relation: Relation, old: Relation): boolean => {
  const names = new Set(relation.columns.map(({ name }) => name));
  return old.columns.length > 0 && old.columns.every(({ name }) => names.has(name));
};

/** Who reaches rows of it, in texts that do not hold its own name. */
function accessTo({ side, columnGrants }: World, relation: Relation): unknown {
  const { owner, rowSecurity, forceRowSecurity, grants } = relation;
  const anonymous = (text: string | null): string | null =>
    text?.replaceAll(`${nameKey(relation)}.`, "").replaceAll(`${relation.name}.`, "") ?? null;
  return [
    owner,
    rowSecurity,
    forceRowSecurity,
    grants,
    columnGrants.get(nameKey(relation))?.map((one) => [one.column, one.grants]),
    side
      .policiesOn(relation)
      .map(({ permissive, command, roles, using, check }) =>
        JSON.stringify([permissive, command, roles, anonymous(using), anonymous(check)]),
      )
      .toSorted(),
  ];
}
