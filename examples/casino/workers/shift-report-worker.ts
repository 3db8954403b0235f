import type { SqlPool } from "@/lib/db/sql";
import { withTenantTransaction, type JobScope } from "@/lib/db/tenant-transaction";
import { currentTransaction } from "@/lib/db/transaction";

export interface ShiftReport {
  visits: number;
  openSlips: number;
  buyInCents: number;
  mtlEntries: number;
}

/** The figures of a shift. Every query runs under the policies: a report cannot hold a row of another casino. */
export async function shiftReport(pool: SqlPool, scope: JobScope, gamingDay: string): Promise<ShiftReport> {
  return withTenantTransaction(pool, scope, async () => {
    const [visits, slips, buyIns, entries] = [
      await count("select count(*)::int as n from visit where gaming_day = $1", [gamingDay]),
      await count("select count(*)::int as n from rating_slip where status <> 'closed'", []),
      await count(
        `select coalesce(sum(amount_cents), 0)::int as n from player_financial_transaction
         where gaming_day = $1 and direction = 'in'`,
        [gamingDay],
      ),
      await count("select count(*)::int as n from mtl_entry where gaming_day = $1", [gamingDay]),
    ];
    return { visits, openSlips: slips, buyInCents: buyIns, mtlEntries: entries };
  });
}

async function count(text: string, values: unknown[]): Promise<number> {
  const { rows } = await currentTransaction().query<{ n: number }>(text, values);
  return rows[0]?.n ?? 0;
}
