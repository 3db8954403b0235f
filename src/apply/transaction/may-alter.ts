import { pgErrorOf, type Db } from "../../db/port.ts";
import { quoteIdent } from "../../pg/identifier.ts";
import { quoteName, type QualifiedName } from "../../pg/name.ts";

/**
 * Whether a login may change policies of a relation that it does not own: a platform may let it (Supabase: `postgres` on storage.objects, by an
 * extension that no catalog shows). So a policy is made, and rolled back. Where the lock is not to be had at once, the server has let it get as far as
 * the lock, which is after the privilege.
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
