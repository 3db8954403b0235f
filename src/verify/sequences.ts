import { pgErrorOf, type Db } from "../db/port.ts";
import { quoteQualified } from "../pg/identifier.ts";

/**
 * Make what is drawn from sequences in this transaction come back with its rollback: nextval itself is never undone, but ALTER SEQUENCE …
 * RESTART gives the sequence a new file that goes with the transaction (measured on 15 and 18: last_value and is_called are then as before).
 * Until the transaction ends, nextval of others waits. Returns the sequences for which it could not be done: these may advance.
 */
export async function protectSequences(db: Db): Promise<string[]> {
  const found = await db.query<{ schema: string; name: string; owned: boolean; next: string | null }>(
    `select n.nspname as schema, c.relname as name, pg_has_role(c.relowner, 'USAGE') as owned,
       case when pg_has_role(c.relowner, 'USAGE') then coalesce(pg_sequence_last_value(c.oid) + s.seqincrement, s.seqstart)::text end as next
     from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname not like 'pg\\_%' order by 1, 2`,
  );
  const unprotected: string[] = [];
  for (const { schema, name, owned, next } of found) {
    if (!owned || next === null) {
      unprotected.push(`${schema}.${name}`);
      continue;
    }
    await db.exec("savepoint protect");
    try {
      await db.exec(`alter sequence ${quoteQualified(schema, name)} restart with ${BigInt(next)}`);
      await db.exec("release savepoint protect");
    } catch (error) {
      if (!pgErrorOf(error)) throw error;
      await db.exec("rollback to savepoint protect");
      unprotected.push(`${schema}.${name}`);
    }
  }
  return unprotected;
}
