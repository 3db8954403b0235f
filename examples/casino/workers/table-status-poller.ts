import type { SqlPool } from "@/lib/db/sql";

export interface TableStatus {
  label: string;
  status: "open" | "closed" | "maintenance";
}

/** The tables of a casino for the sign above the pit, read every ten seconds. */
export async function pollTableStatus(pool: SqlPool, casinoId: string): Promise<TableStatus[]> {
  await pool.query("select set_config('app.casino_id', $1, true)", [casinoId]);
  const { rows } = await pool.query<TableStatus>(
    "select label, status from gaming_table where casino_id = $1 order by label",
    [casinoId],
  );
  return rows;
}

/** What has changed since the last poll. */
export function changesBetween(before: readonly TableStatus[], after: readonly TableStatus[]): TableStatus[] {
  const known = new Map(before.map(({ label, status }) => [label, status]));
  return after.filter(({ label, status }) => known.get(label) !== status);
}
