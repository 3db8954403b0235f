import { pgErrorOf, type Db } from "../../../db/port.ts";
import { passing } from "../../../db/savepoint.ts";
import type { Catalog } from "../../../pg/catalog.ts";
import { isPlatformRelation } from "../../../pg/platform-objects.ts";
import { isOnPlatform } from "../../../pg/platform-schemas.ts";
import { quoteIdent } from "../../../pg/identifier.ts";
import { nameKey, type NameKey, type QualifiedName } from "../../../pg/name.ts";

/** The privileges that the login of a target has, of those that a run may need. */
export interface Capabilities {
  login: string;
  superuser: boolean;
  /** of the given roles: those that it may become by SET ROLE */
  roles: { name: string; may: boolean }[];
  /** it is not subject to policies */
  bypassesRowSecurity: boolean;
  /** it may disable triggers by session_replication_role */
  replicationRole: boolean;
  /** null: there is no platform with a table of accounts */
  readsUsers: boolean | null;
  /** a sentence for each missing privilege; lower case, no final period */
  missing: string[];
}

/**
 * What a login lacks for an attack on a throw-away database: roles that it may not become, and tables in which it may
 * neither insert nor see rows. Sentences; none for a superuser. Inside the open transaction.
 */
export async function missingOnScratch(db: Db, roles: readonly string[], catalog: Catalog): Promise<string[]> {
  const login = await loginOf(db);
  if (login.superuser) return [];
  const guarded = login.bypass ? [] : await guardedFor(db, catalog);
  const { missing } = await rolesOf(db, login, roles);
  return guarded.length === 0
    ? missing
    : [
        ...missing,
        `row security applies to \`${login.login}\` itself on ${listed(guarded)}, so rows can neither be inserted there nor counted: the scratch database needs a login with BYPASSRLS`,
      ];
}

interface Login {
  login: string;
  superuser: boolean;
  bypass: boolean;
}

async function loginOf(db: Db): Promise<Login> {
  const [self] = await db.query<Login>(
    "select rolname as login, rolsuper as superuser, rolsuper or rolbypassrls as bypass from pg_roles where rolname = current_user",
  );
  return self ?? { login: "", superuser: false, bypass: false };
}

/** The roles that a login may become by SET ROLE, and a sentence for each other. */
async function rolesOf(
  db: Db,
  { login }: Login,
  names: readonly string[],
): Promise<Pick<Capabilities, "roles" | "missing">> {
  const found: Pick<Capabilities, "roles" | "missing"> = { roles: [], missing: [] };
  for (const name of names) {
    const refused = await refusal(db, `set local role ${quoteIdent(name)}`);
    found.roles.push({ name, may: refused === null });
    if (refused === null) continue;
    // invalid_parameter_value: the role does not exist
    found.missing.push(
      refused === "22023"
        ? `there is no role \`${name}\`, so nothing is tried as \`${name}\``
        : `\`${login}\` may not SET ROLE \`${name}\`, so nothing is tried as \`${name}\``,
    );
  }
  return found;
}

/**
 * The capabilities of the login, found by trying; inside the open transaction, all undone. `roles`: those of the
 * personas.
 */
export async function capabilities(db: Db, roles: readonly string[], catalog: Catalog): Promise<Capabilities> {
  const self = await loginOf(db);
  const found: Capabilities = {
    login: self.login,
    superuser: self.superuser,
    bypassesRowSecurity: self.bypass,
    replicationRole: (await refusal(db, "set local session_replication_role = replica")) === null,
    readsUsers: null,
    ...(await rolesOf(db, self, roles)),
  };
  const { login } = self;
  const missing = (sentence: string): void => void found.missing.push(sentence);
  // an owner is subject to policies only if row security is forced
  const guarded = found.bypassesRowSecurity ? [] : await guardedFor(db, catalog);
  if (guarded.length > 0)
    missing(
      `row security applies to \`${login}\` itself on ${listed(guarded)}, so rows there are neither sampled nor inserted reliably`,
    );
  if (!found.replicationRole)
    missing(`\`${login}\` may not set session_replication_role, so triggers fire when rows are inserted`);
  if (isOnPlatform(catalog)) found.readsUsers = (await refusal(db, "select id from auth.users limit 1")) === null;
  if (found.readsUsers === false)
    missing(`\`${login}\` may not read auth.users, so the attributes of users are not read`);
  return found;
}

/** Tables, other than the platform's, whose row security applies to the login as well. */
async function guardedFor(db: Db, catalog: Catalog): Promise<NameKey[]> {
  const rows = await db.query<QualifiedName>(
    `select n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and c.relrowsecurity and row_security_active(c.oid)
     order by n.nspname collate "C", c.relname collate "C"`,
  );
  return rows.filter((row) => !isPlatformRelation(catalog, row)).map(nameKey);
}

const SHOWN = 5;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).map((name) => `\`${name}\``);
  return `${shown.join(", ")}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ""}`;
}

async function refusal(db: Db, statement: string): Promise<string | null> {
  try {
    await passing(db, "", async () => db.exec(statement));
    return null;
  } catch (error) {
    const raised = pgErrorOf(error);
    if (!raised) throw error;
    return raised.sqlstate;
  }
}
