import { pgErrorOf, type Db, type PgError } from "../db/port.ts";
import { quoteIdent } from "../pg/identifier.ts";
import { extensionWith } from "./extension-objects.ts";

/** Something that a project's server has and its migrations do not create, or a right that its owner has. */
export type Mend =
  | { kind: "role"; role: string }
  /** membership in a role, without which the login cannot become it or give it an object */
  | { kind: "membership"; role: string }
  | { kind: "extension"; extension: string; schema: string | null };

/**
 * What an error says is missing; null if it says nothing of the kind. Scratch databases have English messages, so the
 * message can be parsed (measured on PostgreSQL 15 and 18).
 */
export function mendOf(error: PgError): Mend | null {
  const { sqlstate, message } = error;
  // SET ROLE raises 22023
  if (sqlstate === "42704" || sqlstate === "22023") {
    const role = /^role "(.*)" does not exist$/s.exec(message)?.[1];
    if (role !== undefined) return { kind: "role", role };
  }
  if (sqlstate === "42501") {
    const role =
      /^(?:permission denied to set role|must be (?:a )?member of role|must be able to SET ROLE) "(.*)"$/s.exec(
        message,
      )?.[1];
    if (role !== undefined) return { kind: "membership", role };
  }
  const named =
    sqlstate === "42883"
      ? /^function (?:"?([^".]+)"?\.)?"?(\w+)"?\(/.exec(message)
      : sqlstate === "42704"
        ? /^(?:type|operator class) "(?:([^".]+)\.)?(\w+)" does not exist/.exec(message)
        : null;
  const extension = named?.[2] === undefined ? null : extensionWith(named[2]);
  return extension === null ? null : { kind: "extension", extension, schema: named?.[1] ?? null };
}

/**
 * Run statements with the rights of the login, inside the open transaction, and return to the role that a migration has
 * set. `isLocal`: it was set with SET LOCAL. Returns false if a statement fails.
 */
export async function asLogin(db: Db, login: string, isLocal: boolean, statements: string): Promise<boolean> {
  const [was] = await db.query<{ role: string; session: string }>(
    "select current_setting('role') as role, session_user::text as session",
  );
  await db.exec("savepoint mend");
  try {
    await db.exec(`${becomeLogin(login)}; reset role; ${statements}`);
    await db.exec("release savepoint mend");
  } catch (error) {
    if (pgErrorOf(error) === null) throw error;
    await db.exec("rollback to savepoint mend; release savepoint mend");
    return false;
  }
  if (was === undefined) return true;
  if (was.session !== login) await db.exec(`set session authorization ${quoteIdent(was.session)}`);
  if (was.role !== "none") await db.exec(`set ${isLocal ? "local " : ""}role ${quoteIdent(was.role)}`);
  return true;
}

/** The statement after which the login is the session user again. */
export const becomeLogin = (login: string): string => `set session authorization ${quoteIdent(login)}`;

/** The statements that supply what is missing. A login without superuser's rights has to be a member of the role. */
export function mendSql(mend: Mend, extensionSchema: string): string {
  if (mend.kind === "membership") return `grant ${quoteIdent(mend.role)} to current_user`;
  if (mend.kind === "extension")
    return `create extension ${quoteIdent(mend.extension)} with schema ${quoteIdent(mend.schema ?? extensionSchema)}`;
  return `create role ${quoteIdent(mend.role)} nologin`;
}
