import type { Catalog } from "../pg/catalog.ts";
import { nameKey, relationKey, type NameKey } from "../pg/name.ts";
import { bypassesRowSecurity } from "../pg/role.ts";
import type { AccessReport } from "./access.ts";

/** What the rehearsal of a plan could not compare, so that a tick would say nothing of it. */
export type NotCompared =
  /** there was no statement to run on a relation that the plan touches */
  | { kind: "no statements"; relation: NameKey }
  /** a relation that the plan touches has no rows; `reason`: what PostgreSQL said to the row */
  | { kind: "not filled"; relation: NameKey; reason: string }
  /** row security binds none of the roles that were asked there */
  | { kind: "nobody bound"; relation: NameKey; roles: string[] }
  /** every statement on a relation that the plan touches raised an error, before and after */
  | { kind: "only errors"; relation: NameKey; sqlstates: string[] };

/**
 * What was not compared, of the relations whose policies the plan changes. Statements run on a partitioned table, not on
 * its partitions by name.
 */
export function notCompared(access: AccessReport, touched: ReadonlySet<NameKey>, catalog: Catalog): NotCompared[] {
  const partitions = new Set(catalog.relations.filter(({ partitionOf }) => partitionOf !== null).map(nameKey));
  const notFilled = new Map(access.relations.notFilled.map((missing) => [relationKey(missing), missing.reason]));
  const errors = new Map(access.onlyErrors.map(({ relation, sqlstates }) => [relation, sqlstates]));
  const asked = new Set(access.relations.asked);
  const roles = [...new Set(access.personas.map(({ role }) => role))];
  return [...touched].flatMap((relation): NotCompared[] => {
    const reason = notFilled.get(relation);
    if (reason !== undefined) return [{ kind: "not filled", relation, reason }];
    if (!asked.has(relation) && !partitions.has(relation)) return [{ kind: "no statements", relation }];
    const guarded = catalog.relations.find((one) => nameKey(one) === relation);
    if (guarded && roles.every((role) => bypassesRowSecurity(guarded, role, catalog.roles)))
      return [{ kind: "nobody bound", relation, roles }];
    const sqlstates = errors.get(relation);
    return sqlstates ? [{ kind: "only errors", relation, sqlstates }] : [];
  });
}
