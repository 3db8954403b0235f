import type { Relation } from "../../pg/catalog.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { quoteName, type QualifiedName } from "../../pg/name.ts";
import type { Site } from "./site.ts";

/** Generated columns are computed. */
export const insertable = ({ columns }: Relation): Set<string> =>
  new Set(columns.flatMap(({ name, generated }) => (generated === "stored" || generated === "virtual" ? [] : [name])));

/** The columns of the relation for which the role has a privilege on this side. */
export async function columnsFor(
  site: Site,
  { relation, role, privilege }: { relation: QualifiedName; role: string; privilege: string },
): Promise<string[]> {
  const name = quoteLiteral(quoteName(relation));
  const rows = await site.db.query<{ name: string }>(
    `select a.attname as name from pg_catalog.pg_attribute a
     where a.attrelid = ${name}::regclass and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
       and pg_catalog.has_column_privilege(${quoteLiteral(role)}, a.attrelid, a.attnum, ${quoteLiteral(privilege)})
     order by a.attnum`,
  );
  return rows.map((row) => row.name);
}
