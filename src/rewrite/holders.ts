import type { Catalog } from "../pg/catalog.ts";
import type { QualifiedName } from "../pg/name.ts";
import type { Holders } from "./policy-rule.ts";

/**
 * Roles of a relation's grants that row security applies to. A privilege of PUBLIC's, a relation that is not known, and pg_read_all_data or
 * pg_write_all_data in somebody's hands make it everybody. An owner is meant only where row security is forced on him.
 */
export function holdersOf(catalog: Catalog, { schema, name }: QualifiedName): Holders {
  const relation = catalog.relations.find((one) => one.schema === schema && one.name === name);
  const exempt = new Set(catalog.roles.filter((role) => role.superuser || role.bypassRls).map((role) => role.name));
  if (relation && !relation.forceRowSecurity) exempt.add(relation.owner);
  const reach = (role: string): boolean =>
    catalog.roles.some((one) => !exempt.has(one.name) && one.memberOf.includes(role));
  return (command) => {
    if (!relation || reach(command === "SELECT" ? "pg_read_all_data" : "pg_write_all_data")) return null;
    const roles = new Set(
      [...relation.grants, ...relation.columnGrants]
        .filter(({ privilege }) => privilege === command)
        .map(({ grantee }) => grantee),
    );
    if (relation.forceRowSecurity) roles.add(relation.owner);
    return roles.has("public") ? null : [...roles].filter((role) => !exempt.has(role)).toSorted();
  };
}
