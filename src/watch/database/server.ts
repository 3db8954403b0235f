import type { Db } from "../../db/port.ts";
import { eachPassing } from "../../db/savepoint.ts";
import { sentTogether } from "../../db/sent-together.ts";
import type { ServerFacts } from "../sample.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";

/** The server, and its clock. */
export interface ServerNow {
  server: ServerFacts;
  /** ISO 8601 */
  at: string;
}

/** Read what the server is. Throws the server's error, since no sample can be taken then. */
export const readServer = async (db: Db): Promise<ServerNow> => inReadOnly(db, async () => serverIn(db));

/** The same inside an open transaction. */
export async function serverIn(db: Db): Promise<ServerNow> {
  const [facts, [system]] = await sentTogether([
    db.query<Omit<ServerFacts, "system"> & { at: string }>(query("server")),
    eachPassing(db, [query("system")]),
  ]);
  const [found] = facts;
  if (!found) throw new Error("a query without FROM returns one row");
  const { at, ...server } = found;
  const identifier = system !== undefined && "rows" in system ? system.rows[0]?.["system"] : undefined;
  return { server: { ...server, system: typeof identifier === "string" ? identifier : null }, at };
}
