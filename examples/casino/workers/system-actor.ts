import type { JobScope } from "@/lib/db/tenant-transaction";
import type { SqlPool } from "@/lib/db/sql";

/** Jobs that nobody asked for run as the first active admin of the casino. */
export async function systemScope(pool: SqlPool, casinoId: string, correlationId: string): Promise<JobScope> {
  const { rows } = await pool.query<{ id: string; user_id: string }>(
    `select id, user_id from staff
     where casino_id = $1 and role = 'admin' and status = 'active' and user_id is not null
     order by employee_no limit 1`,
    [casinoId],
  );
  const admin = rows[0];
  if (admin === undefined) throw new Error(`casino ${casinoId} has no active admin`);
  return { casinoId, actorId: admin.id, userId: admin.user_id, staffRole: "admin", correlationId };
}
