import type { AddedRelation, Effect, ObjectChange } from "../prove/index.ts";
import { counted } from "./counted.ts";

/**
 * What decides the answer of a comparison and is no verdict of its table, by number: the lines themselves stand above.
 * Nothing where the table says it all.
 */
export function besideTheTable(objects: readonly ObjectChange[], added: readonly AddedRelation[]): string[] {
  const of = (effect: Effect): number => objects.filter((object) => object.effect === effect).length;
  const relations = added.filter(isUnguarded).length;
  const opens = [
    ...(of("opens") > 0 ? [counted(of("opens"), "object")] : []),
    ...(relations > 0 ? [`${counted(relations, "new relation")} without row security`] : []),
  ];
  const open = of("cannot be told");
  return [
    ...(opens.length > 0 ? [`not in this table: access opens by ${opens.join(" and ")}, listed above`] : []),
    ...(open > 0
      ? [`not in this table: it cannot be told whether access opens by ${counted(open, "object")}, listed above`]
      : []),
  ];
}

const isUnguarded = ({ rowSecurity, roles }: AddedRelation): boolean =>
  !rowSecurity && roles.some(({ reach }) => Object.values(reach).includes("every row"));
