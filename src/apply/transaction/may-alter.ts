import { pgErrorOf, type Db } from "../../db/port.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { quoteName, type QualifiedName } from "../../pg/name.ts";

/**
 * True if a login may change policies of a relation that it does not own. A platform may allow that (Supabase:
 * `postgres` on storage.objects, by an extension that no catalog shows), so a policy is created and rolled back. If the
 * lock cannot be acquired at once, the answer is true as well: the server checks the privilege before the lock.
 */
export const mayAlter =
  (db: Db) =>
  async (relation: QualifiedName): Promise<boolean> => {
    try {
      await db.exec(
        `begin; set local lock_timeout = '20ms'; create policy ${quoteIdent(`rlsmith_${Date.now().toString(36)}`)} on ${quoteName(relation)} using (false)`,
      );
      return true;
    } catch (error) {
      const raised = pgErrorOf(error);
      if (!raised) throw error;
      return raised.sqlstate === "55P03";
    } finally {
      await db.exec("rollback");
    }
  };
