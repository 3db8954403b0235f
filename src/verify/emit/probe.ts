import type { Target } from "../environment/index.ts";
import type { RowProbe } from "./isolation-tests.ts";

/** The rows of a table, and whose they are. A role that may not read the key recognizes rows by other columns. */
export function probeOf(target: Target): RowProbe {
  const { name, sql: table, key, own, foreign } = target;
  const whose = own === null || foreign === null ? "'x'" : `case when ${foreign} then 'f' when ${own} then 'o' end`;
  return { name, table, key, whose };
}

/** The rows of a table, where those of every tenant but its own are foreign. */
export function probeOfOthers(target: Target): RowProbe {
  const probe = probeOf(target);
  const none = target.withoutTenant === null ? "" : ` when ${target.withoutTenant} then null`;
  const whose = target.own === null ? probe.whose : `case when ${target.own} then 'o'${none} else 'f' end`;
  return { ...probe, name: `${target.name} of other tenants`, whose };
}

/** The rows of a table that have no tenant; null if they are not observed. */
export function tenantlessProbe(target: Target): RowProbe | null {
  const condition = target.withoutTenant;
  if (condition === null) return null;
  return {
    name: `${target.name} without a tenant`,
    table: target.sql,
    key: target.key,
    whose: `case when ${condition} then 'n' end`,
  };
}

/**
 * A query for the keys of all rows. Rows of others beside the two tenants do not count in its answer, so it need not
 * name the rows of the tests.
 */
export const readOf = ({ table, key }: RowProbe): string =>
  `select coalesce(jsonb_agg(${key}), '[]')::text from ${table} t`;
