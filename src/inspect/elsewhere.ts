import { readFileSync } from "node:fs";
import type { Db } from "../db/port.ts";
import type { Elsewhere } from "../pg/elsewhere.ts";

const QUERY = readFileSync(new URL("./queries/elsewhere.sql", import.meta.url), "utf8");

interface Row {
  kind: "role setting" | "comment" | "extension function";
  role: string | null;
  database: string | null;
  name: string | null;
  text: string;
}

/**
 * Read what a catalog does not hold: settings of roles and databases, comments of other objects, functions of extensions,
 * and the jobs of pg_cron, of which a login may see its own alone. Works in a read-only transaction.
 */
export async function inspectElsewhere(db: Db): Promise<Elsewhere> {
  await db.exec("begin transaction isolation level repeatable read read only");
  try {
    const rows = await db.query<Row>(QUERY);
    return {
      settings: rows.flatMap(({ kind, role, database, text }) =>
        kind === "role setting" ? [{ role, database, entry: text }] : [],
      ),
      comments: rows.flatMap(({ kind, name, text }) =>
        kind === "comment" && name !== null ? [{ object: name, text }] : [],
      ),
      extensionFunctions: rows.flatMap(({ kind, name, text }) =>
        kind === "extension function" && name !== null ? [{ name, body: text }] : [],
      ),
      ...(await jobsOf(db)),
    };
  } finally {
    await db.exec("rollback").catch(() => {});
  }
}

async function jobsOf(db: Db): Promise<Pick<Elsewhere, "jobs" | "jobsUnread">> {
  const [found] = await db.query<{ there: boolean; may: boolean }>(`
    select true as there, has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select') as may
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'cron' and c.relname = 'job'`);
  if (found?.there !== true) return { jobs: [], jobsUnread: false };
  if (!found.may) return { jobs: [], jobsUnread: true };
  // the name of a job came with pg_cron 1.3
  const jobs = await db.query<{ name: string; command: string }>(
    "select coalesce(to_jsonb(j) ->> 'jobname', to_jsonb(j) ->> 'jobid', '') as name, coalesce(to_jsonb(j) ->> 'command', '') as command from cron.job j order by 1, 2",
  );
  return { jobs, jobsUnread: false };
}
