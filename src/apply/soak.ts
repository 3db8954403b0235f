import type { Db } from "../db/port.ts";
import { ToolError } from "../errors.ts";
import { stillApplied } from "./still-applied.ts";

/**
 * Check that a plan was applied to another target at least so many hours ago, and that the objects are still as the
 * plan left them. Only reads. Throws ToolError (not-proven) that names the unmet condition.
 */
export async function checkSoak(db: Db, target: string, planHash: string, hours: number): Promise<void> {
  const refuse = (message: string, hint: string, list: readonly string[] = []): ToolError =>
    new ToolError("not-proven", "NOT_THERE_BEFORE", message, hint, { list });
  const { entries, changed } = await stillApplied(db, planHash);
  const newest = entries.at(-1);
  if (!newest)
    throw refuse(
      `this plan is not in force on \`${target}\`, where it has to be applied first`,
      `apply it there: rlsmith apply --target ${target}`,
    );
  const [clock] = await db.query<{ hours: number }>(
    "select extract(epoch from clock_timestamp() - $1::timestamptz)::float8 / 3600 as hours",
    [newest.at],
  );
  const since = clock?.hours ?? 0;
  if (since < hours)
    throw refuse(
      `this plan has been in force on \`${target}\` for ${since.toFixed(1)} h, and ${hours} h are required`,
      "wait, and check the logs there for errors in the meantime",
    );
  if (changed.length > 0)
    throw refuse(
      `objects on \`${target}\` were changed after the plan was applied:`,
      "find out who changed them and why, before you apply the plan elsewhere",
      changed,
    );
}
