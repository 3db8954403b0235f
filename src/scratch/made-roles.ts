import type { Db } from "../db/port.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";
import { LOGIN, OWNER } from "./scratch-login.ts";

/** The comment on roles that may outlive the process that made them, because another scratch database uses them. */
const MARK = "made by rlsmith for scratch databases";

export const roleNames = async (db: Db): Promise<string[]> =>
  (await db.query<{ name: string }>("select rolname as name from pg_roles")).map(({ name }) => name);

/** The rights of a login that matter for migrations. */
interface Rights {
  superuser: boolean;
  createRole: boolean;
  /** the predefined roles for programs and files of which it is a member */
  beyond: string[];
}

export async function rightsOf(db: Db): Promise<Rights> {
  const rows = await db.query<Rights>(
    `select r.rolsuper as superuser, r.rolsuper or r.rolcreaterole as "createRole",
       array(select g.rolname::text from pg_roles g
         where g.rolname in ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
           and pg_has_role(g.oid, 'member') order by 1) as beyond
     from pg_roles r where r.rolname = session_user`,
  );
  return rows[0] ?? { superuser: false, createRole: false, beyond: [] };
}

/** Mark roles, so that the last scratch database on the server drops them, whichever process made them. */
export async function markRoles(admin: Db, roles: readonly string[]): Promise<void> {
  for (const role of roles)
    await admin.exec(`comment on role ${quoteIdent(role)} is ${quoteLiteral(MARK)}`).catch(() => {});
}

/**
 * Drop the roles that were made for scratch databases, and those that an earlier process had to leave. While another
 * scratch database exists on the server, they are only marked. Best effort: a role that another object uses stays.
 */
export async function dropMadeRoles(admin: Db, roles: readonly string[]): Promise<void> {
  const others = await admin.query("select from pg_database where datname like 'rlsmith\\_scratch\\_%'");
  if (others.length > 0) return markRoles(admin, roles);
  const found = await admin.query<{ name: string }>(
    `select rolname as name from pg_roles
     where rolname = any ($1::text[]) or rolname like $2 or rolname = $3 or shobj_description(oid, 'pg_authid') = $4`,
    [roles, `${LOGIN.replaceAll("_", "\\_")}%`, OWNER, MARK],
  );
  const names = new Set(found.map(({ name }) => name));
  await revokeGrantsOf(admin, [...names]);
  // A role that granted a membership can be dropped only after the member.
  for (let round = 0; round < 3 && names.size > 0; round += 1)
    for (const name of names)
      await admin.exec(`drop role if exists ${quoteIdent(name)}`).then(
        () => names.delete(name),
        () => {},
      );
}

/** Take back the memberships that roles granted, which keep them from being dropped from version 16 on. */
async function revokeGrantsOf(admin: Db, roles: readonly string[]): Promise<void> {
  if (admin.version < 160000) return;
  const granted = await admin.query<{ role: string; member: string; grantor: string }>(
    `select roleid::regrole::text as role, member::regrole::text as member, grantor::regrole::text as grantor
     from pg_auth_members where grantor::regrole::text = any (select quote_ident(name) from unnest($1::text[]) name)`,
    [roles],
  );
  for (const { role, member, grantor } of granted)
    await admin.exec(`revoke ${role} from ${member} granted by ${grantor} cascade`).catch(() => {});
}
