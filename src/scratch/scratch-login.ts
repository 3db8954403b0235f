import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import type { Db } from "../db/port.ts";
import { quoteIdent, quoteLiteral } from "../pg/identifier.ts";

/** The role that owns the objects of scratch databases. Its name is the same in each run, so plans are too. */
export const OWNER = "rlsmith_owner";

/** The names of the logins that are made for scratch databases. */
export const LOGIN = "rlsmith_scratch_";

/** A login of a scratch database. */
export interface ScratchLogin {
  name: string;
  password: string;
}

/**
 * Make a login for one scratch database, without the rights of a superuser, with which the code of migrations could run
 * programs, read files of the server and reach other machines. It acts as `rlsmith_owner`, which may create roles and
 * which row security does not bind, like the role `postgres` of Supabase. `bootstrapRoles`: SQL that makes the roles of
 * a platform, for which a superuser is needed up to PostgreSQL 15. Measured on PostgreSQL 15 and 18: RESET ROLE
 * returns to the role of ALTER ROLE … SET role.
 */
export async function makeLogin(admin: Db, bootstrapRoles: string): Promise<ScratchLogin> {
  const login = { name: `${LOGIN}${randomBytes(6).toString("hex")}`, password: randomBytes(24).toString("base64url") };
  const owner = quoteIdent(OWNER);
  const name = quoteIdent(login.name);
  const rights = "nosuperuser createrole nocreatedb noreplication bypassrls";
  // The server's log may keep the statement, so it holds the verifier and not the password.
  await admin.exec(`do $$ begin
  if not exists (select from pg_roles where rolname = ${quoteLiteral(OWNER)}) then create role ${owner} nologin ${rights}; end if;
end $$;
create role ${name} login noinherit ${rights} password ${quoteLiteral(verifierOf(login.password))};
grant ${owner} to ${name};
alter role ${name} set role = ${owner};`);
  // Who creates a role may become it by this setting only (manual, createrole_self_grant; 16 and later).
  if (admin.version >= 160000) await admin.exec(`alter role ${name} set createrole_self_grant = 'set, inherit'`);
  if (bootstrapRoles !== "") await admin.exec(bootstrapRoles);
  await grantRoles(admin);
  return login;
}

/**
 * Make the owner a member of every role that has no rights beyond a database: migrations give objects to roles, and
 * requests come as roles. Superusers and members of predefined roles (pg_execute_server_program) are left out.
 */
export async function grantRoles(admin: Db): Promise<void> {
  const admins = admin.version >= 160000 ? "with admin option, inherit true, set true" : "with admin option";
  const rows = await admin.query<{ name: string }>(
    `with recursive above(member, roleid) as (
       select oid, oid from pg_roles union select a.member, m.roleid from above a join pg_auth_members m on m.member = a.roleid
     )
     select r.rolname as name from pg_roles r
     where r.rolname !~ '^pg_' and r.rolname <> $1 and r.rolname not like $2
       and not exists (
         select from above a join pg_roles g on g.oid = a.roleid
         where a.member = r.oid and (g.rolsuper or g.rolname ~ '^pg_' or g.rolname = $1))
       and not exists (select from pg_auth_members m where m.roleid = r.oid and m.member = $1::regrole and m.admin_option)`,
    [OWNER, `${LOGIN.replaceAll("_", "\\_")}%`],
  );
  for (const { name } of rows)
    await admin.exec(`grant ${quoteIdent(name)} to ${quoteIdent(OWNER)} ${admins}`).catch(() => {});
}

/** The form in which PostgreSQL stores a password (RFC 5803), so that it need not be sent. */
function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, 4096, 32, "sha256");
  const hmac = (text: string): Buffer => createHmac("sha256", salted).update(text).digest();
  const stored = createHash("sha256").update(hmac("Client Key")).digest("base64");
  return `SCRAM-SHA-256$4096:${salt.toString("base64")}$${stored}:${hmac("Server Key").toString("base64")}`;
}
