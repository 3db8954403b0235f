import { as } from "../pg/expr/node.ts";
import { parseStatements } from "../pg/expr/parse.ts";

/** The effect of a statement on the transaction of its file, by its first words; null if it has none. */
export function transactionWord(text: string): "begin" | "commit" | "rollback" | null {
  const word = /^\s*(begin|start\s+transaction|commit|end|rollback|abort)\b\s*(.*)$/is.exec(text);
  const rest = word?.[2]?.trim() ?? "";
  // not ROLLBACK TO a savepoint, and not COMMIT PREPARED
  if (word === null || !/^((work|transaction)\b\s*)?((and|isolation|read|not|deferrable)\b.*)?$/is.test(rest))
    return null;
  const first = word[1]?.toLowerCase() ?? "";
  if (first === "begin" || first.startsWith("start")) return "begin";
  return first === "commit" || first === "end" ? "commit" : "rollback";
}

/**
 * True if a statement may run inside a transaction block. The list covers the common ones; for the others, Postgres
 * raises 25001.
 */
export const inTransaction = (text: string): boolean =>
  !/^\s*(create\s+(unique\s+)?index\s+concurrently|drop\s+index\s+concurrently|reindex\b.*\bconcurrently|vacuum|alter\s+type\s+\S+\s+add\s+value|refresh\s+materialized\s+view\s+concurrently)\b/is.test(
    text,
  );

/**
 * The reason why a statement must not run in a scratch database on a server: it changes objects that other databases of
 * that server share. Null for any other statement. `foreignRoles`: the roles that existed before the scratch database.
 * The contents of a DO block are not examined.
 */
export function reachesBeyond(text: string, foreignRoles: ReadonlySet<string>): string | null {
  if (/^\s*alter\s+system\b/i.test(text)) return "it would change the whole server";
  if (/^\s*(create|drop|alter)\s+(database|tablespace)\b/i.test(text))
    return "databases and tablespaces belong to the whole server";
  if (!/^\s*((create|drop|alter)\s+(role|user|group)|reassign\s+owned)\b/i.test(text)) return null;
  const role = rolesOf(text).find((name) => foreignRoles.has(name));
  return role === undefined ? null : `role \`${role}\` existed before, and other databases may use it`;
}

/** The roles that a CREATE ROLE, ALTER ROLE, DROP ROLE or REASSIGN OWNED creates or changes. */
function rolesOf(text: string): string[] {
  try {
    const stmt = parseStatements(text)[0]?.stmt;
    const specs = [
      as("AlterRoleStmt", stmt)?.role,
      as("AlterRoleSetStmt", stmt)?.role,
      ...[...(as("DropRoleStmt", stmt)?.roles ?? []), ...(as("ReassignOwnedStmt", stmt)?.roles ?? [])].map((node) =>
        as("RoleSpec", node),
      ),
    ];
    const renamed = as("RenameStmt", stmt);
    const created = as("CreateRoleStmt", stmt)?.role;
    return [
      ...(created === undefined ? [] : [created]),
      ...specs.flatMap((spec) => spec?.rolename ?? []),
      ...(renamed?.renameType === "OBJECT_ROLE" && renamed.subname !== undefined ? [renamed.subname] : []),
    ];
  } catch {
    return [];
  }
}
