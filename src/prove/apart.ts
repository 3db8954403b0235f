import type { Catalog, Column } from "../pg/catalog.ts";
import { nameKey, type NameKey } from "../pg/name.ts";
import type { Unchanged } from "./uses.ts";
import type { Side } from "./side.ts";

/** What has the same name on both sides and does not mean the same, though rows would be taken for the same. */
export interface Apart {
  /** the columns of either side: generated in another way, or of a type whose definition changed */
  columns: ReadonlySet<Pick<Column, "name">>;
  /** relations whose rows come from elsewhere: another query, other partitions or children */
  relations: ReadonlySet<NameKey>;
}

export function findApart(before: Side, after: Side, isUnchanged: Unchanged): Apart {
  const columns = new Set<Pick<Column, "name">>();
  const relations = new Set<NameKey>();
  const [one, two] = [placesIn(before.catalog), placesIn(after.catalog)];
  for (const relation of before.catalog.relations) {
    const key = nameKey(relation);
    const other = after.relationByKey(key);
    if (!other) continue;
    const isStored = relation.kind === "materialized view" || relation.kind === "view";
    if (
      relation.kind !== other.kind ||
      one.get(key) !== two.get(key) ||
      (isStored && !isUnchanged({ kind: "relation", name: key }))
    )
      relations.add(key);
    for (const column of relation.columns) {
      const same = other.columns.find(({ name }) => name === column.name);
      if (!same) continue;
      const generated = [column, same].some((each) => each.generated === "stored" || each.generated === "virtual");
      const changed =
        (generated &&
          (column.expression !== same.expression ||
            column.generated !== same.generated ||
            !isUnchanged({ kind: "relation", name: key }))) ||
        !isSameType(isUnchanged, before, column.type) ||
        !isSameType(isUnchanged, after, same.type);
      if (changed) columns.add(column).add(same);
    }
  }
  return { columns, relations };
}

/** The type, given as format_type prints it, has the same definition on both sides. */
export function isSameType(isUnchanged: Unchanged, side: Side, printed: string): boolean {
  const name = side.userType(printed);
  return name === null || isUnchanged.type(name);
}

/** Where the rows of a relation come from besides itself, as text. */
function placesIn({ relations, dependencies }: Catalog): Map<NameKey, string> {
  const parts = new Map<NameKey, unknown[]>();
  const add = (name: NameKey, part: unknown): void => void parts.set(name, [...(parts.get(name) ?? []), part]);
  for (const one of dependencies?.relations ?? []) {
    add(nameKey(one), [one.definition, one.parents]);
    for (const parent of one.parents) add(nameKey(parent), [one.schema, one.name, one.definition]);
  }
  if (!dependencies)
    for (const { schema, name, partitionOf } of relations) if (partitionOf) add(nameKey(partitionOf), [schema, name]);
  return new Map([...parts].map(([name, all]) => [name, JSON.stringify(all)]));
}
