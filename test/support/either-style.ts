import type { Db } from "../../src/db/port.ts";
import { createPolicy, forReading, forServer } from "../../src/pg/policy-sql.ts";
import { policyId, type Policy } from "../../src/pg/policy.ts";

/**
 * The policies that PostgreSQL understands differently when they are written for a person to read; the probes are
 * rolled back.
 */
export async function differentInStyle(db: Db, policies: readonly Policy[]): Promise<string[]> {
  const probes = policies.flatMap((policy, n) =>
    [forServer, forReading].map((style, m) => createPolicy({ ...policy, name: `style_${n}_${m}` }, style)),
  );
  try {
    const results = await db.exec(
      [
        "begin",
        "set local search_path = ''",
        ...probes,
        `select split_part(polname, '_', 2)::int as n from pg_policy where polname like 'style\\_%\\_%' group by 1
         having count(distinct (polcmd, polpermissive, polroles::text, pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))) > 1
           or count(*) <> 2`,
      ].join(";\n"),
    );
    const rows = (results.at(-1) ?? []) as { n: number }[];
    return rows.map(({ n }) => policies[n]).flatMap((policy) => (policy ? [policyId(policy)] : []));
  } finally {
    await db.exec("rollback");
  }
}
