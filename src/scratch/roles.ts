import { parseStatements } from "../pg/expr/parse.ts";
import { as } from "../pg/expr/node.ts";
import { walk } from "../pg/expr/walk.ts";

// Statements that can name a role; anything else is not parsed for it.
const MAY_NAME_ROLES = /\b(grant|revoke|policy|owner|role|authorization|privileges|user\s+mapping)\b/i;

/** Roles that a statement names and nobody has made. A statement that does not parse names none. */
export function rolesMissing(text: string, known: ReadonlySet<string>): string[] {
  if (!MAY_NAME_ROLES.test(text)) return [];
  const missing = new Set<string>();
  try {
    const statements = parseStatements(text);
    // CREATE ROLE x names x to make it, DROP ROLE x to take it away
    if (statements.some((raw) => as("CreateRoleStmt", raw.stmt) || as("DropRoleStmt", raw.stmt))) return [];
    walk(statements, (node) => {
      const role = as("RoleSpec", node);
      if (role?.roletype === "ROLESPEC_CSTRING" && role.rolename !== undefined && !known.has(role.rolename))
        missing.add(role.rolename);
    });
    for (const raw of statements) {
      const owner = as("AlterOwnerStmt", raw.stmt)?.newowner;
      if (owner?.rolename !== undefined && !known.has(owner.rolename)) missing.add(owner.rolename);
      const set = as("VariableSetStmt", raw.stmt);
      if (set?.name === "role" || set?.name === "session_authorization") {
        const name = as("A_Const", set.args?.[0])?.sval?.sval;
        if (name !== undefined && name !== "none" && !known.has(name)) missing.add(name);
      }
    }
    walkRoles(statements, (name) => {
      if (!known.has(name)) missing.add(name);
    });
  } catch {
    return [];
  }
  return [...missing];
}

/** Role specs also stand unwrapped, as fields of other nodes (`authrole`, `newowner`). */
function walkRoles(value: unknown, found: (name: string) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walkRoles(item, found);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const spec = value as { roletype?: unknown; rolename?: unknown };
  if (spec.roletype === "ROLESPEC_CSTRING" && typeof spec.rolename === "string") found(spec.rolename);
  for (const item of Object.values(value)) walkRoles(item, found);
}
