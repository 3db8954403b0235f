import { readFileSync } from "node:fs";
import type { Db } from "../../db/port.ts";
import { ToolError } from "../../errors.ts";
import type { ContextMap } from "../../pg/context.ts";
import { nameKey, type QualifiedName } from "../../pg/name.ts";
import type { Scope } from "../state/index.ts";

const PRIVILEGES = readFileSync(new URL("../queries/privileges.sql", import.meta.url), "utf8");

/** What the login may do with a scope. */
export interface Privileges {
  /** CREATE on the database, or the journal exists and may be written */
  journal: boolean;
  relations: { schema: string; name: string; exists: boolean; owner: string | null; owned: boolean }[];
  functions: { schema: string; name: string; exists: boolean; owner: string | null; owned: boolean }[];
}

/** Relations that the login may lock before it changes them. */
export interface Ready {
  lockable: QualifiedName[];
}

/** Check that the server and the login may write at all, before anything else. Throws ToolError (environment). */
export async function checkWritable(db: Db): Promise<void> {
  const [row] = await db.query<{ standby: boolean; readOnly: boolean }>(
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') = 'on' as "readOnly"`,
  );
  if (row?.standby === true)
    throw new ToolError(
      "environment",
      "READ_ONLY_STANDBY",
      "the target is a standby, which cannot be written to",
      "name the primary in the target's URL",
    );
  if (row?.readOnly === true)
    throw new ToolError(
      "environment",
      "READ_ONLY_LOGIN",
      "transactions of this login are read-only on the target (default_transaction_read_only)",
      "connect as a login that may write, or reset the setting for this one",
    );
}

/**
 * Check that the target has the function with which the policies of a plan read the token: PostgreSQL resolves the name
 * when a policy is created, and refuses one that it does not find. Throws ToolError (environment).
 */
export async function checkClaimsSource(db: Db, { claims, variables }: ContextMap): Promise<void> {
  if (claims.kind === "setting" || variables.length === 0) return;
  const found = await db.query(
    `select from pg_catalog.pg_proc f join pg_catalog.pg_namespace n on n.oid = f.pronamespace
     where n.nspname = $1 and f.proname = $2 and f.pronargs = 0 and f.prokind = 'f'`,
    [claims.schema, claims.name],
  );
  if (found.length > 0) return;
  throw new ToolError(
    "environment",
    "TARGET_LACKS_CLAIMS",
    `the plan reads the claims with \`${nameKey(claims)}()\`, which this target does not have`,
    "nothing was changed; create the function on the target, or name another source under `claims` of the config and run `rlsmith plan` again",
  );
}

/** Read what the login may do with a scope. */
export async function readPrivileges(db: Db, scope: Scope): Promise<Privileges> {
  const [row] = await db.query<{ privileges: Privileges }>(PRIVILEGES, [JSON.stringify(scope)]);
  if (!row) throw new Error("the query returns one row");
  return row.privileges;
}

/**
 * Check that the login has every privilege that the plan needs, before anything is locked. A platform may let a role
 * change policies of a relation that it does not own (Supabase: `postgres` on storage.objects), so `mayAlter` tries it
 * on the server. Throws ToolError (environment) with all missing privileges.
 */
export async function checkPrivileges(
  { journal, relations, functions }: Privileges,
  mayAlter: (relation: QualifiedName) => Promise<boolean>,
): Promise<Ready> {
  const missing: string[] = [];
  for (const relation of relations) {
    if (!relation.exists) missing.push(`${nameKey(relation)} does not exist`);
    else if (!relation.owned && !(await mayAlter(relation)))
      missing.push(`${nameKey(relation)} belongs to ${relation.owner}`);
  }
  for (const fn of functions)
    if (fn.exists && !fn.owned) missing.push(`function ${nameKey(fn)} belongs to ${fn.owner}`);
  if (!journal) missing.push("the journal needs CREATE on the database, or INSERT on rlsmith.history if that exists");
  if (missing.length > 0)
    throw new ToolError(
      "environment",
      "INSUFFICIENT_PRIVILEGE",
      `the login cannot apply this plan: ${missing.join("; ")}`,
      "nothing was changed; connect as the owner, or as a member of the owning role",
    );
  return { lockable: relations.filter(({ owned }) => owned).map(({ schema, name }) => ({ schema, name })) };
}
