import { pgErrorOf, type Db } from "../db/port.ts";
import { quoteName, type QualifiedName } from "../pg/name.ts";

/**
 * Run work with the UNLOGGED tables logged, and make them unlogged again afterwards. A copy of the files of a running
 * database starts with crash recovery, which empties unlogged tables (manual, CREATE TABLE, UNLOGGED). Returns the
 * statements that make those of the copy unlogged.
 */
export async function withUnloggedLogged<Result>(
  db: Db,
  work: () => Promise<Result>,
): Promise<{ result: Result; again: string[] }> {
  const tables = await db.query<QualifiedName>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relpersistence = 'u' order by n.nspname collate "C", c.relname collate "C"`,
  );
  const logged: QualifiedName[] = [];
  try {
    // A logged table cannot reference an unlogged one, so the referenced tables come first: in rounds.
    for (let left = tables; left.length > 0;) {
      const refused: QualifiedName[] = [];
      for (const table of left)
        if (await runs(db, `alter table ${quoteName(table)} set logged`)) logged.push(table);
        else refused.push(table);
      if (refused.length === left.length) break;
      left = refused;
    }
    const again = logged.toReversed().map((table) => `alter table ${quoteName(table)} set unlogged`);
    const result = await work();
    return { result, again };
  } finally {
    for (const table of logged.toReversed()) await runs(db, `alter table ${quoteName(table)} set unlogged`);
  }
}

async function runs(db: Db, statement: string): Promise<boolean> {
  try {
    await db.exec(statement);
    return true;
  } catch (error) {
    if (!pgErrorOf(error)) throw error;
    return false;
  }
}
