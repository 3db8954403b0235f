import { readFileSync } from "node:fs";
import type { Db } from "../../db/port.ts";
import { quoteLiteral } from "../../pg/identifier.ts";
import { onEmptyPath, stateOf, stateQuery, type Scope, type State } from "./state.ts";

const READ = readFileSync(new URL("../queries/versions.sql", import.meta.url), "utf8");

const versionsQuery = (scope: Scope): string => READ.replace("$1", () => quoteLiteral(JSON.stringify(scope)));

/**
 * An attempt before this one may have prepared it for another scope. Not DEALLOCATE ALL: behind a pooler that was not
 * found out, that would take other clients' statements with it.
 */
const FORGET = `do $rlsmith$ begin
  if exists (select from pg_prepared_statements where name = 'rlsmith_state') then execute 'deallocate rlsmith_state'; end if;
end $rlsmith$`;

const preparing = (scope: Scope): string => `prepare rlsmith_state as ${stateQuery(scope)}`;

/** A state, and the row versions of all that is in it: as long as they are the same, so is the state. */
export interface VersionedState {
  versions: string;
  state: State;
}

/**
 * Read a scope and its versions, inside a transaction that is open, before anything is locked: what has to be read while
 * locks are held is less then. The query is prepared for `readStateAgain`.
 */
export async function readVersionedState(db: Db, scope: Scope): Promise<VersionedState> {
  const [, versions, , rows] = await onEmptyPath(db, [
    FORGET,
    // before the state: what is changed between the two is then a change since
    versionsQuery(scope),
    preparing(scope),
    "execute rlsmith_state",
  ]);
  return { versions: versionsOf(versions), state: stateOf(rows?.[0]) };
}

/** True if this backend has the query of `readStateAgain` for the scope. Behind a pooler it may be another backend. */
export async function isStatePrepared(db: Db, scope: Scope): Promise<boolean> {
  const sql = "select statement from pg_prepared_statements where name = 'rlsmith_state'";
  const [prepared] = await db.query<{ statement: string }>(sql);
  // of several statements that were sent together the view shows the whole text
  return prepared?.statement.includes(preparing(scope)) === true;
}

/** Read the versions of a scope. */
export const readVersions = async (db: Db, scope: Scope): Promise<string> =>
  versionsOf((await onEmptyPath(db, [versionsQuery(scope)]))[0]);

/** Read the scope of the last `readVersionedState` on this connection, without planning the query again. */
export const readStateAgain = async (db: Db): Promise<State> =>
  stateOf((await onEmptyPath(db, ["execute rlsmith_state"]))[0]?.[0]);

function versionsOf(rows: readonly Record<string, unknown>[] | undefined): string {
  const versions = rows?.[0]?.["versions"];
  // without them a change would not be seen
  if (typeof versions !== "string") throw new Error("the query returns one text");
  return versions;
}
