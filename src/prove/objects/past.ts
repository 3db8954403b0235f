import type { Catalog } from "../../pg/catalog.ts";
import { functionKey, nameKey, type NameKey, type QualifiedName } from "../../pg/name.ts";
import { isPlatformFunction, isPlatformRelation } from "../../pg/platform-objects.ts";
import { extraOf, mayEnter, walk } from "./paths.ts";
import type { Path } from "./reached.ts";
import { isBound, withoutHeirs, worldOf } from "./world.ts";

/** A view or a function by which roles reach rows of a relation past the policies that bind them. */
export interface PathPast {
  kind: "view" | "function";
  name: QualifiedName;
  /** as it is shown */
  shown: string;
  roles: string[];
  relation: NameKey;
}

/**
 * Every view and every SECURITY DEFINER function that comes to relations with its owner's rights, with the roles that may
 * use it. Those of the platform are left out.
 */
export function pathsPast(catalog: Catalog): PathPast[] {
  const world = worldOf(catalog);
  const roles = ["public", ...catalog.roles.map(({ name }) => name).filter((name) => isBound(world, name))];
  const paths: Path[] = [
    ...catalog.relations
      .filter((relation) => relation.kind === "view" && !isPlatformRelation(catalog, relation))
      .map((relation) => ({ kind: "view" as const, relation })),
    ...catalog.functions
      .filter((fn) => fn.securityDefiner && fn.result !== "trigger" && !isPlatformFunction(catalog, fn))
      .map((fn) => ({ kind: "function" as const, fn })),
  ];
  return paths.flatMap((path) => {
    const walked = walk(world, path);
    const privilege = path.kind === "view" ? "SELECT" : "EXECUTE";
    const byRelation = new Map<NameKey, string[]>();
    for (const role of roles) {
      if (!mayEnter(walked, privilege, role)) continue;
      const { certain, byPolicies } = extraOf(walked, privilege, role);
      for (const relation of [...certain, ...byPolicies.map((one) => one.relation)])
        byRelation.set(relation, [...(byRelation.get(relation) ?? []), role]);
    }
    const { schema, name } = path.kind === "view" ? path.relation : path.fn;
    return [...byRelation].map(([relation, by]) => ({
      kind: path.kind,
      name: { schema, name },
      shown: path.kind === "view" ? nameKey(path.relation) : functionKey(path.fn),
      roles: withoutHeirs(world, by),
      relation,
    }));
  });
}
