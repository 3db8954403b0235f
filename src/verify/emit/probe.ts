import type { Target } from "../environment/index.ts";
import type { RowProbe } from "./isolation-tests.ts";

/** The rows of a table, and whose they are. A role that may not read the key recognizes rows by other columns. */
export function probeOf(target: Target): RowProbe {
  const { name, sql: table, key, own, foreign } = target;
  const whose = own === null || foreign === null ? "'x'" : `case when ${foreign} then 'f' when ${own} then 'o' end`;
  return { name, table, key, whose };
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
