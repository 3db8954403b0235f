import { ToolError } from "../errors.ts";
import type { Relation } from "../pg/catalog.ts";
import type { ClaimsSource } from "../pg/context.ts";
import { parseExpr } from "../pg/expr/parse.ts";
import { TEXT_TYPES } from "../pg/expr/shape.ts";
import { dollarQuote, identForReading } from "../pg/identifier.ts";
import { nameKey, namedBy } from "../pg/name.ts";
import { initPlanClaim } from "./claim-form.ts";
import type { PrivateHelper } from "./rules/break-recursion.ts";

export interface LiveRole {
  relation: string;
  userColumn: string;
  roleColumn: string;
  active?: string | undefined;
}

/**
 * The function that looks up the caller's role. It is SECURITY DEFINER, so that the policies of the relation that it
 * reads do not recurse, and every role may execute it, because it returns only the caller's own role. The caller is the
 * claim `sub`. Throws ToolError (config) if the relation or a column does not exist.
 */
export function liveRoleHelper(
  role: LiveRole,
  relations: readonly Relation[],
  schema: string,
  claims: ClaimsSource,
): { helper: PrivateHelper; call: string } {
  const relation = namedBy(role.relation, relations);
  const missing = [role.userColumn, role.roleColumn].filter(
    (name) => !relation?.columns.some((column) => column.name === name),
  );
  if (!relation || missing.length > 0)
    throw new ToolError(
      "config",
      "INVALID_CONFIG",
      relation
        ? `rules.liveRole: \`${role.relation}\` has no column ${missing.map((name) => `\`${name}\``).join(", ")}`
        : `rules.liveRole.relation: there is no relation \`${role.relation}\``,
      "name them as the database does, the relation with its schema",
    );
  if (role.active !== undefined) parseExpr(role.active);
  const table = nameKey(relation);
  const name = nameKey({ schema, name: "live_role" });
  const active = role.active === undefined ? "" : ` and (${role.active})`;
  const user = initPlanClaim(
    claims,
    ["sub"],
    castOf(relation.columns.find(({ name }) => name === role.userColumn)?.type),
  );
  const body = ` select ${identForReading(role.roleColumn)}::text from ${table} where ${identForReading(role.userColumn)} = ${user}${active} limit 1 `;
  return {
    call: `${name}()`,
    helper: {
      schema,
      name: "live_role",
      argumentNames: [],
      argumentTypes: [],
      result: "text",
      body,
      statements: [
        `create or replace function ${name}() returns text\n  language sql stable security definer set search_path = ''\n  as ${dollarQuote(body, "")}`,
      ],
    },
  };
}

/** The type to which the claim is cast; a text needs no cast. */
const castOf = (type: string | undefined): string | null =>
  type === undefined || TEXT_TYPES.has(type.replace(/\(\d+\)$/, "")) ? null : type;
