import type { Db } from "../../db/port.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { query } from "./query.ts";
import { inReadOnly } from "./read-only.ts";
import { RECORDER } from "./recorder.ts";

/** A login of PostgREST, as pre-request.sql reads it. */
export interface RequestLogin {
  login: string;
  /** `pgrst.db_pre_request` of the login for all databases; null: none */
  everywhere: string | null;
  /** its value for this database alone, which has precedence; null: none */
  here: string | null;
  /** the roles that it is a member of, and becomes for a request */
  becomes: string[];
}

/** The logins that PostgREST may use: `authenticator`, and those that have a `pgrst.db_pre_request`. Only reads. */
export const readRequestLogins = async (db: Db): Promise<RequestLogin[]> =>
  inReadOnly(db, async () => db.query<RequestLogin>(query("pre-request")));

/** True if the recorder is installed: its schema exists. Only reads. */
export async function hasRecorder(db: Db): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(
    `select exists (select from pg_namespace where nspname = ${quoteLiteral(RECORDER)}) as found`,
  );
  return row?.found === true;
}
