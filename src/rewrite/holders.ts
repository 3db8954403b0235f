import type { Catalog } from "../pg/catalog.ts";
import type { QualifiedName } from "../pg/name.ts";
import type { Holders } from "./policy-rule.ts";

/**
 * The roles in the grants of a relation to which row security applies. A grant to PUBLIC, an unknown relation, and a
 * role that is a member of pg_read_all_data or pg_write_all_data make it every role. The owner is included only where
 * row security is forced.
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
