import { randomUUID } from "node:crypto";
import { pgErrorOf, type Db } from "../../db/port.ts";
import { dollarQuote, quoteLiteral } from "../../pg/identifier.ts";
import { heartbeatMessage, plantedVariable } from "./heartbeat-message.ts";

/**
 * Let the server write an error with a random id to its log, and return the id; null: it could not be sent. It is an
 * ERROR with the SQLSTATE of a denial, so that each setting that hides denials hides it too; a message of level LOG would
 * also be written where log_min_messages is `log`. It needs no privilege, changes nothing and works on a standby. The
 * connection must be outside a transaction block.
 */
export async function sendHeartbeat(db: Db): Promise<string | null> {
  const id = randomUUID();
  const body = `begin raise insufficient_privilege using message = ${quoteLiteral(heartbeatMessage(id))}; end`;
  await db.exec("begin read only");
  try {
    await db.exec(`do language plpgsql ${dollarQuote(body)}`);
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return raised.message === heartbeatMessage(id) ? id : null;
  } finally {
    await db.exec("rollback");
  }
}

/**
 * Let the server refuse a statement of rlsmith's own as it refuses one of the application's, and return the name by which
 * it is found in the log; null: it was not refused so. It reads a variable that is not set (42704), in a transaction that
 * is rolled back: that needs no privilege, locks nothing and works on a standby. A row check would need a role that row
 * security binds, and a table.
 */
export async function plantDenial(db: Db): Promise<string | null> {
  const variable = plantedVariable(randomUUID());
  await db.exec("begin read only");
  try {
    await db.exec(`select pg_catalog.current_setting(${quoteLiteral(variable)})`);
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (raised === null) throw error;
    return raised.sqlstate === "42704" ? variable : null;
  } finally {
    await db.exec("rollback");
  }
}
