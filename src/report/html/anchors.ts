import type { NameKey } from "../../pg/name.ts";

/** The places of relations in the page. Names of the database are no part of them. */
export type Anchors = ReadonlyMap<NameKey, number>;

export const anchorsOf = (relations: Iterable<NameKey>): Anchors =>
  new Map([...new Set(relations)].map((name, place) => [name, place]));

/** Null: the page says nothing of the relation. */
export const anchorOf = (anchors: Anchors, relation: NameKey): string | null => {
  const place = anchors.get(relation);
  return place === undefined ? null : `r${place}`;
};
